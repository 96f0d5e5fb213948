import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ALL_MODES, FILTERED_MODES } from './modes.ts';
import type { Order } from './order.ts';
import { NODE_FLAGS, RUNNER } from './take-over.ts';

/** A job is known by having no child and not being the worker; it sleeps in a futex that nobody wakes. */
function childrenOf(pid: number): readonly number[] {
  try {
    const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
    return list === '' ? [] : list.split(' ').map(Number);
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}

async function until<T>(what: () => T | undefined): Promise<T> {
  for (;;) {
    const value = what();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function startWorker(order: Order): ChildProcess {
  return spawn(process.execPath, [...NODE_FLAGS, RUNNER, JSON.stringify(order)], {
    env: {},
    stdio: 'ignore',
    detached: true,
  });
}

const MAKERS = ['job', 'template-job'];
const modes = ALL_MODES.filter((mode) => FILTERED_MODES.includes(mode) && MAKERS.includes(mode.maker));

it.each(modes)('a job that blocks for ever ends with its worker: $name', async (mode) => {
  const directory = mkdtempSync(join(tmpdir(), 'pvf-hostile-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const worker = startWorker({ mode, list: 'sleepers', directory, outside: directory });
  const ended = once(worker, 'exit');
  const expected = mode.maker === 'template-job' ? 2 : 1;
  const children = await until(() => {
    const found = childrenOf(worker.pid!);
    return found.length === expected ? found : undefined;
  });
  // As the host does when its wall clock runs out.
  process.kill(-worker.pid!, 'SIGKILL');
  await ended;
  await until(() => (children.some(isAlive) ? undefined : true));
  expect(children.filter(isAlive)).toEqual([]);
});
