import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { REAL_MODES, startSleepingWorker, until } from './sleeping-worker.ts';

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}

it.each(REAL_MODES)('a job that blocks for ever ends with its worker: $name', async (mode) => {
  const { pid, children } = await startSleepingWorker(mode);
  // It alone: what ends the whole process group would end the job, too.
  process.kill(pid, 'SIGKILL');
  await until(() => (children.some(isAlive) ? undefined : true));
  expect(children.filter(isAlive)).toEqual([]);
});
