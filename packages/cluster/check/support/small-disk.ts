import { spawnSync } from 'node:child_process';

/**
 * A command whose mounts are its own, with a small disk; both are gone with it.
 * @param mebibytes size of the disk
 * @param at where: an expression of the shell
 * @throws Error if this machine does not let this user mount one
 */
export function onSmallDisk(mebibytes: number, at: string, command: readonly string[]): string[] {
  const script = `mount -t tmpfs -o size=${mebibytes}m none ${at} && exec "$@"`;
  return ['unshare', ...namespaces(), '--mount', 'sh', '-c', script, 'sh', ...command];
}

/** Who is not root needs a user namespace for mounts. */
function namespaces(): string[] {
  const options = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const { status, stderr } = spawnSync('unshare', [...options, '--mount', 'true'], { encoding: 'utf8' });
  if (status === 0) return options;
  throw new Error(`a small disk needs leave to mount one: ${stderr}`);
}
