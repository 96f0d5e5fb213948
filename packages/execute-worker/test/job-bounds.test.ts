// What a job may take follows from the executor params: the numbers, and that a job is held to them.
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, writeSync } from 'node:fs';
import { type ExecutorParams, executorSemantics } from '@pvf/protocol';
import { burnsCpuBlock, descendantsOf, GUEST_INPUT, guest, waitUntil } from '@pvf/test-kit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type JobBounds, jobBounds } from '../src/job-bounds.ts';
import { templateAndJob } from './support/loaded.ts';
import { answerOf, WorkerPair } from './support/workers.ts';

const MIB = 1 << 20;
const GIB = 2 ** 30;
const PAGE = 65_536;
const U32_MAX = 2 ** 32 - 1;
const LIMIT_MS = 60_000;
/** More than any process needs that only waits for work. */
const BUSY_TICKS = 10;
/** More than a worker, or a template without its guest, has of its own. */
const WORKER_BYTES = 3 * GIB;
const ENDLESS = { ...GUEST_INPUT, blockData: burnsCpuBlock(1n << 60n) };
const pages = (value: number): ExecutorParams => [{ type: 'MaxMemoryPages', value }];

describe('what a job may take', () => {
  it.each<[string, ExecutorParams, number, number]>([
    ['nothing', [], 2_080 * PAGE + 2 * GIB, 2_080 * PAGE + MIB],
    ['no page', pages(0), 32 * PAGE + 2 * GIB, 3 * MIB],
    ['a page', pages(1), 33 * PAGE + 2 * GIB, 33 * PAGE + MIB],
    ['a page less than a GiB', pages(16_351), 3 * GIB - PAGE, GIB - PAGE + MIB],
    ['a GiB', pages(16_352), 3 * GIB, GIB + MIB],
    ['a page more than a GiB', pages(16_353), 3 * GIB + PAGE, GIB + MIB],
    ['all of memory', pages(65_536 - 32), 6 * GIB, GIB + MIB],
    ['more than there is', pages(U32_MAX), U32_MAX * PAGE + 2 * GIB, GIB + MIB],
  ])('where the executor params say %s', (_, params, addedDataBytes, outputLimitBytes) => {
    expect(jobBounds(executorSemantics(params))).toEqual({ addedDataBytes, outputLimitBytes });
  });
});

/** Looks at jobs that never end by themselves and kills them: one that has loaded its artifact, then two of a template. */
async function endless(
  params: ExecutorParams,
  look: (job: number, index: number) => void,
): Promise<readonly string[]> {
  const pair = new WorkerPair(params, [], 'speed-ups');
  onTestFinished(() => pair.close());
  const prepared = await pair.prepare(guest('burns-cpu'));
  const { pid: worker } = (await pair.executeWorker()).process;
  const answers: string[] = [];
  let template: number | undefined;
  for (let index = 0; index < 3; index++) {
    const running = pair.execute(prepared, ENDLESS, LIMIT_MS);
    const job = await waitUntil(
      'the job runs',
      () => descendantsOf(worker).find(({ pid, cpuTicks }) => pid !== template && cpuTicks > BUSY_TICKS)?.pid,
    );
    look(job, index);
    process.kill(job, 'SIGKILL');
    answers.push(answerOf(await running));
    expect(answerOf(await pair.execute(prepared, GUEST_INPUT, LIMIT_MS))).toBe('Ok');
    ({ template } = await templateAndJob(worker));
  }
  return answers;
}

/** Writes to the pipe on which a job answers, as the job could. */
function writeFor(job: number, bytes: number): void {
  const number = readdirSync(`/proc/${job}/fd`).find((fd) => {
    const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/${job}/fdinfo/${fd}`, 'latin1'))![1]!;
    return readlinkSync(`/proc/${job}/fd/${fd}`).startsWith('pipe:') && (Number.parseInt(flags, 8) & 3) === 1;
  })!;
  const fd = openSync(`/proc/${job}/fd/${number}`, 'w');
  try {
    const chunk = new Uint8Array(PAGE);
    for (let left = bytes; left > 0; ) left -= writeSync(fd, chunk, 0, Math.min(left, PAGE));
  } finally {
    closeSync(fd);
  }
}

function checkMemory(job: number, { addedDataBytes }: JobBounds): void {
  const limits = readFileSync(`/proc/${job}/limits`, 'latin1');
  const bytes = Number(/^Max data size +(\d+)/m.exec(limits)![1]);
  expect(bytes).toBeGreaterThan(addedDataBytes);
  expect(bytes).toBeLessThan(addedDataBytes + WORKER_BYTES);
}

describe('a job', () => {
  it('may write as much as that and not a byte more, and have so much more memory than its worker', async () => {
    const bounds = jobBounds(executorSemantics(pages(0)));
    const answers = await endless(pages(0), (job, index) => {
      checkMemory(job, bounds);
      writeFor(job, bounds.outputLimitBytes + Number(index === 2));
    });
    const died = 'JobDied: received signal: SIGKILL';
    expect(answers).toEqual([died, died, 'JobDied: killed: it wrote more than an answer can have']);
  });

  it('may have as much memory as its guest may, and that', async () => {
    const bounds = jobBounds(executorSemantics(pages(65_504)));
    await endless(pages(65_504), (job) => checkMemory(job, bounds));
  });
});
