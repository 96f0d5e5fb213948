import { readFileSync } from 'node:fs';
import type { ExecuteWorkerResult } from '@pvf/protocol';
import {
  acceptsWithWatermark,
  burnsCpuBlock,
  descendantsOf,
  describeProcess,
  GUEST_INPUT,
  guest,
  isAlive,
  openDescriptors,
  waitUntil,
} from '@pvf/test-kit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WorkerFailure } from '../../../verify/differential/driver/index.ts';
import { guardOf, templateAndJob } from './support/loaded.ts';
import { addMemory } from './support/memory.ts';
import { answerOf, type CandidateInput, WorkerPair, watermarkOf } from './support/workers.ts';

const LIMIT_MS = 10_000;
const ENDLESS = { ...GUEST_INPUT, blockData: burnsCpuBlock(1n << 60n) };
/** Long enough to be found running, on a busy machine, too; far below the limit. */
const A_SECOND = { ...GUEST_INPUT, blockData: burnsCpuBlock(800_000_000n) };
const LONG_LIMIT_MS = 60_000;
/** More than a template may gain while it rests. */
const MORE_BYTES = 32 * 1024 * 1024;
/** More than any process needs that only waits for work. */
const BUSY_TICKS = 10;

/** A worker that has loaded `burns-cpu` ahead: below it the template, and a job that waits for a candidate. */
async function loadedWorker() {
  const pair = new WorkerPair([], [], 'speed-ups');
  onTestFinished(() => pair.close());
  const prepared = await pair.prepare(guest('burns-cpu'));
  const run = (candidate: CandidateInput = GUEST_INPUT, limitMs = LIMIT_MS): Promise<ExecuteWorkerResult> =>
    pair.execute(prepared, candidate, limitMs);
  // Loaded ahead for the second candidate.
  for (let i = 0; i < 2; i++) expect(answerOf(await run())).toBe('Ok');
  const workerPid = (await pair.executeWorker()).process.pid;
  const { template, waiting } = await templateAndJob(workerPid);
  return { pair, run, workerPid, templatePid: template, waitingPid: waiting };
}

const runningJob = (workerPid: number): Promise<number> =>
  waitUntil(
    'the job runs',
    () => descendantsOf(workerPid).find(({ cpuTicks }) => cpuTicks > BUSY_TICKS)?.pid,
  );

const gone = (pids: readonly number[]): Promise<true> =>
  waitUntil('all are gone', () => pids.every((pid) => !isAlive(pid)));

/** How much of the address space from which V8 chooses at random is taken, so that its heap lies together. */
const takenOfHints = (pid: number): number => {
  let taken = 0;
  for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
    const [, low, high] = /^([0-9a-f]+)-([0-9a-f]+) ---p /.exec(line) ?? [];
    if (low !== undefined && high !== undefined && Number.parseInt(high, 16) <= 2 ** 46)
      taken += Number.parseInt(high, 16) - Number.parseInt(low, 16);
  }
  return taken / 2 ** 46;
};

describe('the heap', () => {
  it('lies together in the worker, and so in all that is forked from it', async () => {
    const { workerPid, templatePid, waitingPid } = await loadedWorker();
    for (const pid of [workerPid, templatePid, waitingPid]) expect(takenOfHints(pid)).toBeGreaterThan(0.9);
  });
});

describe('a job', () => {
  it('that is killed from outside has died, and the worker goes on', async () => {
    const { run, workerPid } = await loadedWorker();
    const running = run(ENDLESS, LONG_LIMIT_MS);
    const jobPid = await runningJob(workerPid);
    process.kill(jobPid, 'SIGKILL');
    expect(await running).toEqual({
      ok: false,
      error: { type: 'JobDied', err: 'received signal: SIGKILL', jobPid },
    });
    expect(answerOf(await run())).toBe('Ok');
  });

  it('is a process of its own, in namespaces of its own, below the worker', async () => {
    const { run, workerPid, templatePid } = await loadedWorker();
    const running = run(A_SECOND);
    const jobPid = await runningJob(workerPid);
    expect(jobPid).not.toBe(templatePid);
    expect(descendantsOf(workerPid).find(({ pid }) => pid === jobPid)?.parent).toBe(workerPid);
    expect(answerOf(await running)).toBe('Ok');
    expect(isAlive(jobPid)).toBe(false);
  });
});

describe('the first candidate of an artifact', () => {
  it('runs in the only process below the worker, as with the reference', async () => {
    const pair = new WorkerPair();
    onTestFinished(() => pair.close());
    const prepared = await pair.prepare(guest('burns-cpu'));
    const workerPid = (await pair.executeWorker()).process.pid;
    const running = pair.execute(prepared, A_SECOND, LIMIT_MS);
    const jobPid = await runningJob(workerPid);
    expect(descendantsOf(workerPid).map(({ pid }) => pid)).toEqual([jobPid]);
    expect(answerOf(await running)).toBe('Ok');
    expect(descendantsOf(workerPid)).toEqual([]);
  });
});

describe('a job that waits for a candidate', () => {
  it('runs it', async () => {
    const { run, workerPid, waitingPid } = await loadedWorker();
    const running = run(A_SECOND);
    expect(await runningJob(workerPid)).toBe(waitingPid);
    expect(answerOf(await running)).toBe('Ok');
  });

  it('may be killed, at no candidate’s cost', async () => {
    const { run, waitingPid } = await loadedWorker();
    process.kill(waitingPid, 'SIGKILL');
    for (let i = 0; i < 3; i++) expect(answerOf(await run())).toBe('Ok');
  });

  it('has nothing open but pipes', async () => {
    const { waitingPid } = await loadedWorker();
    await waitUntil('it has closed all but two pipes', () => {
      const names = [...openDescriptors(waitingPid).values()];
      const pipes = names.filter((name) => name.startsWith('pipe:'));
      return pipes.length === 2 && names.every((name) => name === '/dev/null' || pipes.includes(name));
    });
  });
});

/** Regions of a process's memory that are writable and executable. */
const unlocked = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/maps`, 'latin1')
    .split('\n')
    .filter((line) => /^\S+ .wx/.test(line));

it('no process with a guest in it has memory that is writable and executable', async () => {
  const { run, templatePid, waitingPid } = await loadedWorker();
  expect([unlocked(templatePid), unlocked(waitingPid)]).toEqual([[], []]);
  const running = run(A_SECOND);
  expect(unlocked(waitingPid)).toEqual([]);
  expect(answerOf(await running)).toBe('Ok');

  const pair = new WorkerPair();
  onTestFinished(() => pair.close());
  const prepared = await pair.prepare(guest('burns-cpu'));
  const workerPid = (await pair.executeWorker()).process.pid;
  const alone = pair.execute(prepared, A_SECOND, LIMIT_MS);
  expect(unlocked(await runningJob(workerPid))).toEqual([]);
  expect(answerOf(await alone)).toBe('Ok');
});

describe('a process that waits with a loaded artifact', () => {
  it('may be killed between requests', async () => {
    const { run, templatePid } = await loadedWorker();
    process.kill(templatePid, 'SIGKILL');
    await gone([templatePid]);
    for (let i = 0; i < 3; i++) expect(answerOf(await run())).toBe('Ok');
  });

  it.each(['template', 'job that waits'])(
    'is ended when the %s holds more memory by and by',
    async (which) => {
      const { run, templatePid, waitingPid } = await loadedWorker();
      const pid = which === 'template' ? templatePid : waitingPid;
      await waitUntil('it rests', () => describeProcess(pid)?.state === 'T');
      addMemory(pid, MORE_BYTES);
      await gone([templatePid, waitingPid]);
      for (let i = 0; i < 3; i++) expect(answerOf(await run())).toBe('Ok');
    },
  );

  it('may be killed while a job runs, whose answer counts', async () => {
    const { run, workerPid, templatePid } = await loadedWorker();
    const expected = watermarkOf(await run(A_SECOND));
    const running = run(A_SECOND);
    await runningJob(workerPid);
    process.kill(templatePid, 'SIGKILL');
    expect(watermarkOf(await running)).toBe(expected);
    expect(watermarkOf(await run(A_SECOND))).toBe(expected);
  });
});

describe('a worker', () => {
  it('that is killed while a job runs takes all its processes along', async () => {
    const { run, workerPid, templatePid } = await loadedWorker();
    const running = run(ENDLESS, LONG_LIMIT_MS);
    const jobPid = await runningJob(workerPid);
    process.kill(workerPid, 'SIGKILL');
    await expect(running).rejects.toBeInstanceOf(WorkerFailure);
    await gone([workerPid, templatePid, jobPid]);
  });

  it('that is killed while it waits takes its processes along', async () => {
    const { workerPid, templatePid, waitingPid } = await loadedWorker();
    process.kill(workerPid, 'SIGKILL');
    await gone([workerPid, templatePid, waitingPid]);
  });

  it('ends, with its processes, when nobody would end them with it any more', async () => {
    const { workerPid, templatePid, waitingPid } = await loadedWorker();
    process.kill(await guardOf(workerPid), 'SIGKILL');
    await gone([workerPid, templatePid, waitingPid]);
  });

  it('runs the candidate that it has when its guard goes', async () => {
    const { run, workerPid, templatePid } = await loadedWorker();
    const running = run(A_SECOND);
    const jobPid = await runningJob(workerPid);
    process.kill(await guardOf(workerPid), 'SIGKILL');
    expect(answerOf(await running)).toBe('Ok');
    await gone([workerPid, templatePid, jobPid]);
  });

  it('ends with its processes when the host hangs up', async () => {
    const { pair, workerPid, templatePid, waitingPid } = await loadedWorker();
    (await pair.executeWorker()).process.endRequests();
    await gone([workerPid, templatePid, waitingPid]);
  });

  it('keeps each artifact loaded, with a job that waits, and no other process', async () => {
    const { pair, run, workerPid } = await loadedWorker();
    for (let i = 0; i < 6; i++) {
      const prepared = await pair.prepare(acceptsWithWatermark(i));
      for (let n = 0; n < 2; n++) {
        expect(watermarkOf(await pair.execute(prepared, GUEST_INPUT, LIMIT_MS))).toBe(i);
      }
      expect(descendantsOf(workerPid).length).toBeLessThanOrEqual(2 * (i + 2));
    }
    for (let i = 0; i < 2; i++) expect(answerOf(await run())).toBe('Ok');
    await waitUntil('all are loaded', () => descendantsOf(workerPid).length >= 7);
  });
});
