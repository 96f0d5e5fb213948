import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ALL_MODES, FILTERED_MODES, type Mode } from './modes.ts';
import type { Order } from './order.ts';
import { NODE_FLAGS, RUNNER } from './take-over.ts';

/** What a process below a worker is. */
export type Kind = 'job' | 'template' | 'waiting job' | 'job of a template';

/** Of the worker; one of them keeps its memory forkable. */
export const WORKER_FILTERS = 2;
/** Of each kind of process, beyond its worker's. */
export const FILTERS: Readonly<Record<Kind, number>> = {
  job: 3,
  template: 4,
  'waiting job': 4,
  'job of a template': 5,
};

/** A worker whose job sleeps in a futex that nobody wakes. */
export interface SleepingWorker {
  readonly pid: number;
  /** Its job, after the template where there is one; each has given up all that it will. */
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
  const saysTo = join(directory, 'says');
  const stdout = openSync(saysTo, 'w');
  const worker = spawn(process.execPath, [...NODE_FLAGS, RUNNER, JSON.stringify(order)], {
    env: {},
    stdio: ['ignore', stdout, 'ignore'],
    detached: true,
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  closeSync(stdout);
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
  const kinds: readonly Kind[] =
    list === 'waiting'
      ? ['template', 'waiting job']
      : mode.maker === 'template-job'
        ? ['template', 'job of a template']
        : ['job'];
  const children = await until(() => {
    if (!isRunning(worker)) throw new Error(`${mode.name}: the worker has ended`);
    // Before that it has children of other kinds, which try out what can be done.
    if (statSync(saysTo).size === 0) return undefined;
    const found = childrenOf(pid);
    const areReady = found.length === kinds.length && kinds.every((kind, i) => isReady(found[i]!, kind));
    // It has also closed what it made for them alone.
    return areReady && isReady(pid, 'worker') ? found : undefined;
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

/**
 * It waits for something, or is stopped, and has given up all that it will: on a busy machine it may sleep before. One
 * that has gone is not ready, nor is one that has gone on.
 */
function isReady(pid: number, kind: Kind | 'worker'): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const filters = OWN_FILTERS + WORKER_FILTERS + (kind === 'worker' ? 0 : FILTERS[kind]);
    return /^State:\s+[ST]/m.test(status) && filtersOf(status) >= filters;
  } catch {
    return false;
  }
}

function filtersOf(status: string): number {
  return Number(/^Seccomp_filters:\s+(\d+)$/m.exec(status)?.[1] ?? 0);
}

/** Those that this process runs under, and so all that it starts. */
export const OWN_FILTERS = filtersOf(readFileSync('/proc/self/status', 'latin1'));
