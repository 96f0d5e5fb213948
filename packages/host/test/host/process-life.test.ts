import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { waitUntil } from '@pvf/test-kit';
import { describe, expect, it } from 'vitest';
import { fakeWorker } from '../support/fake-worker.ts';

const PROGRAM = fileURLToPath(new URL('../fixtures/waits-for-the-host.mjs', import.meta.url));

/** Far above what the program needs, far below the five minutes after which idle workers end by themselves. */
const HANG_MS = 60_000;

/** Runs the program to its end; rejects if its exit status is not 0. */
async function program(fixture: Parameters<typeof fakeWorker>[0], ...args: string[]) {
  const { path } = fakeWorker(fixture);
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [PROGRAM, path, ...args], {
    timeout: HANG_MS,
  });
  return { ...(JSON.parse(stdout) as { said?: string; cacheDir: string }), path, stderr };
}

/** Processes of a fake worker: its path is in their command lines. */
function running(path: string): string[] {
  const dir = path.slice(0, path.lastIndexOf('/'));
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dir);
    } catch {
      return false;
    }
  });
}

describe('a program that waits for nothing but the host', () => {
  it.each([
    ['in the pause before another try', 'validate', 'once job-died', 'valid'],
    ['while a worker executes', 'validate', 'refuses-late', 'invalid'],
    ['until the wall clock ends a worker that hangs', 'validate-within-300-ms', 'hangs', 'invalid'],
    ['until the deadline', 'validate-with-a-deadline', 'hangs', 'deadline-passed'],
    ['while a worker prepares', 'precheck', 'slow', 'ok'],
  ])('lives %s', async (_, what, words, expected) => {
    expect((await program('obeys', what, words)).said).toBe(expected);
  });

  it('lives in the pauses between starts of a worker, until there is an outcome', async () => {
    const { said } = await program('exits-immediately', 'precheck', 'x');
    expect(said).toBe('internal');
  });
});

describe('a program that forgets close()', () => {
  it.each([
    ['after no request', 'nothing', ''],
    ['after a request, with idle workers', 'validate', 'fine'],
    ['with a preparation for which nobody waits', 'heads-up', 'hangs'],
    ['not at all', 'close', ''],
  ])('ends, and leaves neither cache nor process: %s', async (_, what, words) => {
    const { cacheDir, path } = await program('obeys', what, words);
    expect(cacheDir.startsWith(tmpdir())).toBe(true);
    expect(existsSync(cacheDir)).toBe(false);
    await waitUntil('the workers are gone', () => running(path).length === 0);
  });
});
