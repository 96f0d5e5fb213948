import { existsSync, readFileSync } from 'node:fs';
import {
  descendantsOf,
  guest,
  isAlive,
  openDescriptors,
  residentBytes,
  slowToCompile,
  waitUntil,
} from '@pvf/test-kit';
import { describe, expect, it } from 'vitest';
import { WorkerFailure } from '../../../verify/differential/driver/index.ts';
import { answerOf, TestWorker } from './support/worker.ts';

/** Takes seconds of CPU time. */
const SLOW = slowToCompile(400);
/** Takes more than 100 MB of memory. */
const LARGE = slowToCompile(2_000);
const MIB = 1 << 20;
/** More than any process needs that only waits for work. */
const BUSY_TICKS = 5;
const MEMORY_NOISE_BYTES = 24 * MIB;

const jobOf = (worker: TestWorker): Promise<number> =>
  waitUntil(
    'the job runs',
    () => descendantsOf(worker.pid).find(({ cpuTicks }) => cpuTicks > BUSY_TICKS)?.pid,
  );

const stillWorks = async (worker: TestWorker): Promise<void> =>
  expect(answerOf(await worker.prepare(guest('accepts-anything')))).toBe('Ok');

describe('a preparation', () => {
  it('that takes more CPU time than it has is out of time', async () => {
    const worker = await TestWorker.start();
    for (const limitMs of [0, 50, 300]) {
      expect(await worker.prepare(SLOW, { limitMs })).toEqual({ ok: false, error: { type: 'TimedOut' } });
      expect(existsSync(worker.artifactPath)).toBe(false);
    }
    await stillWorks(worker);
  });

  it('that takes more memory than a precheck may is out of memory', async () => {
    const worker = await TestWorker.start();
    const limited = (bytes: number) => ({
      executorParams: [{ type: 'PrecheckingMaxMemory', value: BigInt(bytes) }] as const,
    });
    expect(await worker.prepare(LARGE, limited(16 * MIB))).toEqual({
      ok: false,
      error: { type: 'OutOfMemory' },
    });
    expect(existsSync(worker.artifactPath)).toBe(false);
    expect(answerOf(await worker.prepare(guest('trap'), limited(256 * MIB)))).toBe('Ok');
  });

  it('that may take less memory than any process has is out of memory, however short', async () => {
    const worker = await TestWorker.start();
    for (const bytes of [0, 1, MIB - 1])
      for (const prepKind of ['Prechecking', 'Compilation'] as const) {
        const executorParams = [{ type: 'PrecheckingMaxMemory', value: BigInt(bytes) }] as const;
        expect(await worker.prepare(guest('trap'), { executorParams, prepKind })).toEqual({
          ok: false,
          error: { type: 'OutOfMemory' },
        });
        expect(existsSync(worker.artifactPath)).toBe(false);
      }
    await stillWorks(worker);
  });

  it('tells its peak of memory, in KiB where the kernel counts so, and in bytes', async () => {
    const worker = await TestWorker.start();
    const result = await worker.prepare(LARGE);
    if (!result.ok) throw new Error(answerOf(result));
    const { maxRss, peakTrackedAlloc } = result.value.stats.memoryStats;
    expect(Number(peakTrackedAlloc)).toBeGreaterThan(100 * MIB);
    expect(Number(peakTrackedAlloc)).toBeLessThan(4096 * MIB);
    expect(maxRss).toBe(peakTrackedAlloc / 1024n);
  });

  it('may take no more memory than the kernel lets it, whoever watches', async () => {
    const worker = await TestWorker.start();
    const executorParams = [{ type: 'PrecheckingMaxMemory', value: BigInt(1024 * MIB) }] as const;
    for (const [options, limitMib] of [
      [{}, 12 * 1024],
      [{ executorParams }, 5 * 1024],
    ] as const) {
      const running = worker.prepare(SLOW, options);
      const jobPid = await jobOf(worker);
      const limits = readFileSync(`/proc/${jobPid}/limits`, 'latin1');
      const [, soft, hard] = /^Max data size +(\d+) +(\d+) +bytes/m.exec(limits)!.map(Number);
      expect(soft).toBe(hard);
      // On top of what the worker itself has.
      expect(hard! / MIB).toBeGreaterThan(limitMib);
      expect(hard! / MIB).toBeLessThan(limitMib + 4096);
      process.kill(jobPid, 'SIGKILL');
      expect(answerOf(await running)).toBe('JobDied');
    }
  });

  it('whose job is killed has died', async () => {
    const worker = await TestWorker.start();
    const running = worker.prepare(SLOW);
    const jobPid = await jobOf(worker);
    process.kill(jobPid, 'SIGKILL');
    expect(await running).toEqual({
      ok: false,
      error: { type: 'JobDied', err: 'received signal: SIGKILL', jobPid },
    });
    await stillWorks(worker);
  });

  it('whose worker is killed ends with it', async () => {
    const worker = await TestWorker.start();
    const running = worker.prepare(SLOW);
    const jobPid = await jobOf(worker);
    process.kill(worker.pid, 'SIGKILL');
    await expect(running).rejects.toBeInstanceOf(WorkerFailure);
    await waitUntil('both are gone', () => !isAlive(worker.pid) && !isAlive(jobPid));
  });
});

it('a worker whose host hangs up ends', async () => {
  const worker = await TestWorker.start();
  await stillWorks(worker);
  worker.hangUp();
  await waitUntil('the worker is gone', () => !isAlive(worker.pid));
});

it('preparations leave no process, descriptor or memory behind', async () => {
  const worker = await TestWorker.start();
  const some = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      await stillWorks(worker);
      expect(answerOf(await worker.prepare(guest('bulk-memory')))).toBe('Prevalidation');
    }
  };
  await some(10);
  const before = [...openDescriptors(worker.pid).keys()];
  const bytes = residentBytes(worker.pid);
  await some(30);
  expect([...openDescriptors(worker.pid).keys()]).toEqual(before);
  expect(descendantsOf(worker.pid)).toEqual([]);
  expect(residentBytes(worker.pid)).toBeLessThan(bytes + MEMORY_NOISE_BYTES);
});
