import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PrepareError, PrepareWorkerResult, PvfPrepData } from '@pvf/protocol';
import { FakeClock } from '@pvf/test-kit';
import { describe, expect, it } from 'vitest';
import { prepareWork } from '../../src/prepare/work.ts';
import type { Destination } from '../../src/store/index.ts';
import type { Promoted } from '../../src/threads/index.ts';
import { tempDir } from '../support/fake-worker.ts';
import { type Script, scriptedWorker } from '../support/scripted-worker.ts';

const REQUEST: PvfPrepData = {
  maybeCompressedCode: Uint8Array.of(1, 2),
  validationCodeBombLimit: 3,
  codeHash: new Uint8Array(32),
  executorParams: [{ type: 'StackLogicalMax', value: 4 }],
  prepTimeout: { secs: 5n, nanos: 1 },
  prepKind: 'Compilation',
};
const CHECKSUM = new Uint8Array(32).fill(8);
const IDENTITY = { codeHash: 'c', prepHash: 'p', engine: 'e' };
const DESTINATION: Destination = { type: 'cache', identity: IDENTITY };

async function prepare(
  script: Script,
  promote: (tmpPath: string) => Promise<Promoted> = async (tmpPath) => ({ ok: true, path: tmpPath, size: 6 }),
) {
  const base = tempDir();
  const dir = join(base, 'worker');
  mkdirSync(dir);
  let found: string | undefined;
  const asked: unknown[] = [];
  const { process, requests } = scriptedWorker(dir, (request) => {
    found = readFileSync(join(dir, 'tmp-artifact'), 'utf8');
    return script(request, dir);
  });
  let started = 0;
  const result = await prepareWork(
    new FakeClock(),
    {
      promote: (tmpPath, checksum, destination) => {
        asked.push([tmpPath, checksum, destination]);
        return promote(tmpPath);
      },
    },
    process,
    { request: REQUEST, destination: DESTINATION },
    () => {
      started += 1;
    },
  );
  return {
    result,
    requests,
    started,
    found,
    asked,
    dir,
    left: existsSync(dir) ? readdirSync(dir) : undefined,
  };
}

const stats = (cpuTimeElapsed: { secs: bigint; nanos: number }) => ({
  cpuTimeElapsed,
  memoryStats: { memoryTrackerStats: undefined, maxRss: 7n, peakTrackedAlloc: 8n },
  observedWasmCodeLen: 9,
});
const answers = (duration = { secs: 1n, nanos: 0 }): Uint8Array =>
  PrepareWorkerResult.encode({ ok: true, value: { checksum: CHECKSUM, stats: stats(duration) } });
const failed = (error: PrepareError, reusable: boolean) => ({
  type: 'done',
  answer: { type: 'failed', error },
  reusable,
});

it('a worker gets the request and an empty file; what it made is put in place under its checksum', async () => {
  const { result, requests, started, found, asked, dir, left } = await prepare(
    () => answers(),
    async () => ({ ok: true, path: 'stored', size: 6 }),
  );
  expect(requests.map((request) => PvfPrepData.decode(request))).toEqual([REQUEST]);
  expect([started, found, left]).toEqual([1, '', []]);
  expect(asked).toEqual([[join(dir, 'tmp-artifact'), CHECKSUM, DESTINATION]]);
  expect(result).toEqual({
    type: 'done',
    answer: {
      type: 'prepared',
      path: 'stored',
      size: 6,
      checksum: CHECKSUM,
      stats: stats({ secs: 1n, nanos: 0 }),
      wallTimeMs: 0,
    },
    reusable: true,
  });
});

describe('an answer is held against the time limit', () => {
  it.each([
    { secs: 5n, nanos: 1, late: false },
    { secs: 5n, nanos: 2, late: true },
    { secs: 2n ** 64n - 1n, nanos: 0, late: true },
  ])('$secs s and $nanos ns of 5 s and 1 ns', async ({ late, ...duration }) => {
    const { result, asked } = await prepare(() => answers(duration));
    if (late) expect(result).toMatchObject(failed({ type: 'TimedOut' }, false));
    else expect(result).toMatchObject({ answer: { type: 'prepared' }, reusable: true });
    expect(asked).toHaveLength(late ? 0 : 1);
  });
});

it.each<{ error: PrepareError; reusable: boolean }>([
  { error: { type: 'Prevalidation', value: 'x' }, reusable: true },
  { error: { type: 'Preparation', value: 'x' }, reusable: true },
  { error: { type: 'RuntimeConstruction', value: 'x' }, reusable: true },
  { error: { type: 'JobError', value: 'x' }, reusable: true },
  { error: { type: 'CouldNotDecompressCodeBlob', value: 'x' }, reusable: true },
  { error: { type: 'CreateTmpFile', value: 'x' }, reusable: true },
  { error: { type: 'RenameTmpFile', err: 'x', src: undefined, dest: undefined }, reusable: true },
  { error: { type: 'Kernel', value: 'x' }, reusable: true },
  { error: { type: 'TimedOut' }, reusable: false },
  { error: { type: 'IoErr', value: 'x' }, reusable: false },
  { error: { type: 'OutOfMemory' }, reusable: false },
  { error: { type: 'ClearWorkerDir', value: 'x' }, reusable: false },
  { error: { type: 'JobDied', err: 'x', jobPid: 7 }, reusable: false },
])('after $error.type the worker may be used again: $reusable', async ({ error, reusable }) => {
  const { result, asked } = await prepare(() => PrepareWorkerResult.encode({ ok: false, error }));
  expect([result, asked]).toMatchObject([failed(error, reusable), []]);
});

describe('a worker that lies is not used again', () => {
  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['an unknown variant', Uint8Array.of(9)],
    ['half an answer', answers().subarray(1)],
  ])('%s', async (_, frame) => {
    const { result, asked } = await prepare(() => frame);
    const value = expect.stringMatching(/^the prepare worker sent an answer that cannot be decoded: /);
    expect([result, asked]).toEqual([failed({ type: 'IoErr', value }, false), []]);
  });
});

it('a file that is not what the worker announced fails the preparation, not the worker', async () => {
  const error: PrepareError = { type: 'IoErr', value: 'differs' };
  const { result, left } = await prepare(
    () => answers(),
    async () => ({ ok: false, error }),
  );
  expect([result, left]).toEqual([failed(error, true), []]);
});

it('a thread that rejects fails the preparation, not the worker', async () => {
  const { result, left } = await prepare(
    () => answers(),
    async () => {
      throw new Error('the thread has died');
    },
  );
  expect([result, left]).toEqual([failed({ type: 'IoErr', value: 'Error: the thread has died' }, true), []]);
});

it('a worker that ends before it has the request has begun nothing', async () => {
  const { result, started } = await prepare(() => 'ends before');
  expect([result, started]).toEqual([{ type: 'not-taken', message: 'explained: it ended before' }, 0]);
});

it('a worker that ends with the request has died on it', async () => {
  const { result, started } = await prepare(() => 'ends');
  const value = 'the prepare worker died: explained: it ended';
  expect([result, started]).toEqual([failed({ type: 'IoErr', value }, false), 1]);
});

it('an artifact that is in place is taken back if the worker’s directory cannot be emptied', async () => {
  const stored = join(tempDir(), 'stored');
  const { result, dir } = await prepare(
    (_, dir) => {
      rmSync(dir, { recursive: true });
      return answers();
    },
    async () => {
      writeFileSync(stored, 'artifact');
      return { ok: true, path: stored, size: 8 };
    },
  );
  const value = expect.stringContaining('ENOENT');
  expect(result).toEqual(failed({ type: 'ClearWorkerDir', value }, false));
  expect([existsSync(dir), existsSync(stored)]).toEqual([false, false]);
});
