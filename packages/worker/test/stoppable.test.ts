import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeDescriptor, openProcDirectory, readAllocated, readProcess } from '@pvf/linux';
import { expect, it, onTestFinished } from 'vitest';
import { Stoppable } from '../src/children/stoppable.ts';
import { until } from './isolation/sleeping-worker.ts';

const PLENTY = 1 << 30;

/** A process that is busy for ever. */
async function busy(): Promise<{ child: ChildProcess; procFd: number; stoppable: Stoppable }> {
  const child = spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  await once(child, 'spawn');
  const procFd = openProcDirectory();
  onTestFinished(() => closeDescriptor(procFd));
  return { child, procFd, stoppable: new Stoppable(child.pid!) };
}

it('who is told to stop rests once it has', async () => {
  const { procFd, stoppable } = await busy();
  expect(stoppable.look(procFd, 0)).toBe(Number.POSITIVE_INFINITY);
  expect(stoppable.rests).toBe(false);
  stoppable.stop();
  await until(() => (stoppable.look(procFd, PLENTY) === Number.POSITIVE_INFINITY ? true : undefined));
  expect(stoppable.rests).toBe(true);
  expect(readProcess(procFd, stoppable.pid)?.state).toBe('T');
  stoppable.wake();
  expect(stoppable.rests).toBe(false);
});

it('who holds more than it may does not', async () => {
  const { procFd, stoppable } = await busy();
  stoppable.stop();
  const held = readAllocated(procFd, stoppable.pid)!;
  expect(readProcess(procFd, stoppable.pid)?.allocated).toBe(held);
  expect(() => stoppable.look(procFd, held - 1)).toThrow('it holds more memory than it may at rest');
});

it('who goes on although it was told to stop is not waited for', async () => {
  const { child, procFd, stoppable } = await busy();
  stoppable.stop();
  // As if it were in a call that no signal ends.
  child.kill('SIGCONT');
  await expect(until(() => void stoppable.look(procFd, PLENTY))).rejects.toThrow('it does not stop');
});

it('who has gone rests', async () => {
  const { child, procFd, stoppable } = await busy();
  stoppable.stop();
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  expect(stoppable.look(procFd, 0)).toBe(Number.POSITIVE_INFINITY);
});
