import { spawn } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { ExecuteHandshake, SHARED_MEMORY, WorkerHandshake } from '@pvf/protocol';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { locateWorker } from '../../src/worker/index.ts';
import { RequestMemory } from '../../src/worker/request-memory.ts';
import { spawnWorker } from '../../src/worker/starter.ts';
import { tempDir } from '../support/fake-worker.ts';
import { silent } from '../support/hosts.ts';

const securityStatus = {
  secureValidatorMode: false,
  canEnableLandlock: false,
  canEnableSeccomp: false,
  canUnshareUserNamespaceAndChangeRoot: false,
  canDoSecureClone: false,
};

/** A real execute worker that was asked to share memory, and what this process opened of it. */
async function started() {
  const settings = {
    kind: 'execute',
    program: locateWorker('execute', undefined),
    nodeVersion: undefined,
    runDir: tempDir(),
    socketDir: tempDir(),
    timeoutMs: 60_000,
    niceness: undefined,
    log: undefined,
    arguments: ['--shared-memory', '1'],
    sharesMemory: true,
    clock: systemClock,
    logger: silent,
  } as const;
  const handshakes = [
    WorkerHandshake.encode({ securityStatus }),
    ExecuteHandshake.encode({ executorParams: [] }),
  ];
  const worker = await spawnWorker(settings, handshakes, new AbortController().signal, () => {});
  onTestFinished(() => worker.dispose());
  if (worker.memory === undefined) throw new Error('it shares none');
  return { worker, memory: worker.memory };
}

const opened = (): string[] =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).includes(SHARED_MEMORY);
    } catch {
      return false;
    }
  });

it('a worker that ends while a thread writes keeps its descriptor until that is done', async () => {
  const { worker, memory } = await started();
  const { promise, resolve } = Promise.withResolvers<void>();
  let fd = -1;
  const putting = memory.put([Uint8Array.of(1)], (input) => {
    fd = input.fd;
    return promise;
  });
  let gone = false;
  const disposing = worker.dispose().then(() => {
    gone = true;
  });
  // Far longer than a process takes to die that does nothing.
  await new Promise((done) => setTimeout(done, 500));
  expect([gone, opened()]).toEqual([false, [String(fd)]]);
  resolve();
  expect(await putting).toBe(true);
  await disposing;
  expect(opened()).toEqual([]);
  expect(await memory.put([Uint8Array.of(1)], () => Promise.resolve())).toBe(false);
});

it('a write that fails is no error, and says so', async () => {
  const { memory } = await started();
  expect(await memory.put([], () => Promise.reject(new Error('ENOSPC')))).toBe(false);
  expect(await memory.put([], () => Promise.resolve())).toBe(true);
});

it('there is none of a process that offers none, or that is gone', async () => {
  const child = spawn('sleep', ['60']);
  onTestFinished(() => void child.kill('SIGKILL'));
  expect(await RequestMemory.open(child.pid ?? 0, () => true)).toBeUndefined();
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  expect(await RequestMemory.open(child.pid ?? 0, () => true)).toBeUndefined();
  expect(opened()).toEqual([]);
});
