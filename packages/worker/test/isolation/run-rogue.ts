import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { NODE_FLAGS } from './take-over.ts';

const WALL_LIMIT_MS = 60_000;

/** Arguments for the workers' Node to run a runner for the running test, as an ordinary user when `uid` is set. */
export function rogueArguments(
  runner: string,
  order: Record<string, unknown>,
  uid: number | undefined,
): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'pvf-rogue-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  chmodSync(directory, 0o755);
  if (uid !== undefined) chownSync(directory, uid, uid);
  return [...NODE_FLAGS, join(import.meta.dirname, runner), JSON.stringify({ directory, ...order })];
}

export const idsOf = (uid: number | undefined) => (uid === undefined ? {} : { uid, gid: uid });

/** Runs it to its end. @returns what it has printed */
export function runRogue(runner: string, order: Record<string, unknown>, uid: number | undefined): unknown {
  const { stdout, stderr, status } = spawnSync(process.execPath, rogueArguments(runner, order, uid), {
    encoding: 'utf8',
    env: {},
    timeout: WALL_LIMIT_MS,
    killSignal: 'SIGKILL',
    ...idsOf(uid),
  });
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}
