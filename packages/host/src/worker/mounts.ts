import { readFileSync, realpathSync } from 'node:fs';

/** Fields of a line of /proc/self/mountinfo (proc_pid_mountinfo(5)). */
const MOUNT_POINT = 4;
const OPTIONS = 5;

/** Whether a file lies on a mount from which nothing may be executed. False where Linux does not tell. */
export function isMountedNoexec(path: string): boolean {
  try {
    const real = realpathSync(path);
    let found: { point: string; options: string } | undefined;
    // The last of several mounts on one point is the one that counts.
    for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
      const fields = line.split(' ');
      const point = unescaped(fields[MOUNT_POINT] ?? '');
      const options = fields[OPTIONS] ?? '';
      if (isBelow(real, point) && point.length >= (found?.point.length ?? 0)) found = { point, options };
    }
    return found?.options.split(',').includes('noexec') ?? false;
  } catch {
    return false;
  }
}

function isBelow(path: string, dir: string): boolean {
  return dir !== '' && (dir === '/' || path === dir || path.startsWith(`${dir}/`));
}

/** Blanks and the like are written as three octal digits. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
