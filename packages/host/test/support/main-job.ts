import { spawn } from 'node:child_process';
import { chmodSync, chownSync } from 'node:fs';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, '../fixtures/does-its-main-job.mjs');
const STDERR_CHARS = 2_000;

/** What a host said of its main job, or why it did not start, and how its process ended. */
export interface MainJob {
  said?: { kind: string; vote: string; message?: string }[];
  lost?: string[];
  refused?: string;
  message?: string;
  /** Exit status, signal, or `hangs`. */
  end: string;
  stderr: string;
}

/** Without a receipt nobody checks, so that a valid candidate has no vote. */
export const RIGHT = [
  { kind: 'ok', vote: 'for' },
  { kind: 'valid', vote: 'unchecked' },
  { kind: 'valid', vote: 'unchecked' },
  { kind: 'valid', vote: 'unchecked' },
];

/**
 * Runs a host and its main job behind some words of a command line: where they refuse something, or set a limit.
 * @param cacheDir empty; becomes the user's
 * @param workers folder with the worker programs; default this repository's
 */
export function mainJob(
  words: readonly string[],
  uid: number | undefined,
  cacheDir: string,
  patienceMs: number,
  workers?: string,
): Promise<MainJob> {
  if (uid !== undefined) chownSync(cacheDir, uid, uid);
  chmodSync(cacheDir, 0o700);
  const [command = '', ...args] = [...words, process.execPath, PROGRAM, cacheDir];
  if (workers !== undefined) args.push(workers);
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid !== undefined && { uid, gid: uid }),
    });
    let hangs = false;
    const timer = setTimeout(() => {
      hangs = true;
      child.kill('SIGKILL');
    }, patienceMs);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      const end = hangs ? 'hangs' : String(signal ?? status);
      const line = stdout.split('\n').find((each) => each.startsWith('{')) ?? '{}';
      resolve({ ...JSON.parse(line), end, stderr: stderr.slice(-STDERR_CHARS) });
    });
  });
}

/** Sets a limit for what follows on a command line; `value` is `soft:hard`. */
export const limiting = (name: string, value: string): string[] => ['prlimit', `--${name}=${value}`];
