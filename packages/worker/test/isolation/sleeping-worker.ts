import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ALL_MODES, FILTERED_MODES, type Mode } from './modes.ts';
import type { Order } from './order.ts';
import { NODE_FLAGS, RUNNER } from './take-over.ts';

/** A worker whose job sleeps in a futex that nobody wakes. */
export interface SleepingWorker {
  readonly pid: number;
  /** Its job, and the template where there is one. */
  readonly children: readonly number[];
  /** Ends its process group, as the host does when its wall clock runs out. */
  readonly end: () => Promise<void>;
}

const MAKERS = ['job', 'template-job'];
/** The workers as they are. */
export const REAL_MODES: readonly Mode[] = ALL_MODES.filter(
  (mode) => FILTERED_MODES.includes(mode) && MAKERS.includes(mode.maker),
);

/** Starts one for the running test, as an ordinary user when `uid` is set. */
export async function startSleepingWorker(
  mode: Mode,
  uid?: number,
  list: 'sleepers' | 'waiting' = 'sleepers',
): Promise<SleepingWorker> {
  const directory = mkdtempSync(join(tmpdir(), 'pvf-hostile-'));
  chmodSync(directory, 0o755);
  if (uid !== undefined) chownSync(directory, uid, uid);
  const order: Order = { mode, list, directory, outside: directory };
  const worker = spawn(process.execPath, [...NODE_FLAGS, RUNNER, JSON.stringify(order)], {
    env: {},
    stdio: 'ignore',
    detached: true,
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const pid = worker.pid!;
  const ended = once(worker, 'exit');
  const end = async (): Promise<void> => {
    if (isRunning(worker)) process.kill(-pid, 'SIGKILL');
    await ended;
  };
  onTestFinished(async () => {
    await end();
    rmSync(directory, { recursive: true, force: true });
  });
  const expected = mode.maker === 'template-job' || list === 'waiting' ? 2 : 1;
  const children = await until(() => {
    if (!isRunning(worker)) throw new Error(`${mode.name}: the worker has ended`);
    const found = childrenOf(pid).filter(sleeps);
    return found.length === expected ? found : undefined;
  });
  return { pid, children, end };
}

/** Polls until there is a value. */
export async function until<T>(what: () => T | undefined): Promise<T> {
  for (;;) {
    const value = what();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const isRunning = (worker: ChildProcess): boolean => worker.exitCode === null && worker.signalCode === null;

/** Eldest first: process numbers begin anew, and tell no ages. */
function childrenOf(pid: number): readonly number[] {
  try {
    const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
    return list === '' ? [] : list.split(' ').map(Number);
  } catch {
    return [];
  }
}

/** All set up: a filter stands, where there is one, and it waits for something, or is stopped. */
function sleeps(pid: number): boolean {
  try {
    return /^State:\s+[ST]/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}
