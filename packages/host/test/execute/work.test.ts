import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExecuteRequest, ExecuteWorkerResult, notBegun, type WorkerError } from '@pvf/protocol';
import { FakeClock } from '@pvf/test-kit';
import { describe, expect, it } from 'vitest';
import { executeWork } from '../../src/execute/work.ts';
import { executeRequest } from '../support/execute-request.ts';
import { tempDir } from '../support/fake-worker.ts';
import { type Script, scriptedWorker } from '../support/scripted-worker.ts';

const REQUEST = executeRequest();

/** One execution; what the worker's directory held when the request came, and what it holds now. */
async function execute(script: Script, prepare: (dir: string) => void = () => {}) {
  const base = tempDir();
  const [dir, artifactPath] = [join(base, 'worker'), join(base, 'stored')];
  mkdirSync(dir);
  writeFileSync(artifactPath, 'artifact');
  prepare(base);
  let found = '';
  const { process, requests } = scriptedWorker(dir, (request) => {
    if (existsSync(join(dir, 'artifact'))) found = readFileSync(join(dir, 'artifact'), 'utf8');
    return script(request, dir);
  });
  let started = 0;
  const work = { request: REQUEST, artifactPath };
  const result = await executeWork(new FakeClock(), process, work, () => {
    started += 1;
  });
  return { result, requests, started, found, left: existsSync(dir) ? readdirSync(dir) : [], dir };
}

const answers = (duration: { secs: bigint; nanos: number }): Uint8Array =>
  ExecuteWorkerResult.encode({
    ok: true,
    value: { jobResponse: { type: 'PoVDecompressionFailure' }, duration, povSize: 9 },
  });

it('a worker gets the request and the artifact, and its directory is emptied before it is used again', async () => {
  const { result, requests, started, found, left } = await execute(() => answers({ secs: 1n, nanos: 0 }));
  expect(requests.map((request) => ExecuteRequest.decode(request))).toEqual([REQUEST]);
  expect([started, found, left]).toEqual([1, 'artifact', []]);
  expect(result).toEqual({
    type: 'done',
    answer: {
      type: 'answered',
      response: {
        jobResponse: { type: 'PoVDecompressionFailure' },
        duration: { secs: 1n, nanos: 0 },
        povSize: 9,
      },
      wallTimeMs: 0,
    },
    reusable: true,
  });
});

describe('an answer is held against the time limit', () => {
  const timedOut = {
    type: 'done',
    answer: {
      type: 'worker-error',
      error: { type: 'JobTimedOut' },
      wallTimeMs: 0,
      times: { cpuTimeMs: expect.any(Number), wallTimeMs: 0, cpuLimitMs: 2_500, wallLimitMs: 10_000 },
    },
    reusable: false,
  };
  it.each([
    { secs: 2n, nanos: 500_000_000, late: false },
    { secs: 2n, nanos: 500_000_001, late: true },
    { secs: 3n, nanos: 0, late: true },
    { secs: 2n ** 64n - 1n, nanos: 999_999_999, late: true },
  ])('$secs s and $nanos ns of 2.5 s', async ({ late, ...duration }) => {
    const { result } = await execute(() => answers(duration));
    if (late) expect(result).toEqual(timedOut);
    else expect(result).toMatchObject({ answer: { type: 'answered' }, reusable: true });
  });
});

describe('a worker that lies is not used again, and its words are no answer', () => {
  const sound = answers({ secs: 1n, nanos: 0 });
  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['an unknown variant', Uint8Array.of(9)],
    ['half an answer', sound.subarray(0, sound.length - 1)],
  ])('%s', async (_, frame) => {
    expect((await execute(() => frame)).result).toEqual({
      type: 'done',
      answer: {
        type: 'worker-died',
        message: expect.stringMatching(/^the worker sent an answer that cannot be decoded: /),
        wallTimeMs: 0,
      },
      reusable: false,
    });
  });
});

it('what a frame holds behind the answer is ignored, as by the reference’s host', async () => {
  const frame = Uint8Array.of(...answers({ secs: 1n, nanos: 0 }), ...answers({ secs: 9n, nanos: 0 }));
  const response = { duration: { secs: 1n, nanos: 0 } };
  expect((await execute(() => frame)).result).toMatchObject({ answer: { type: 'answered', response } });
});

it.each<WorkerError>([
  { type: 'JobTimedOut' },
  { type: 'JobDied', err: 'x', jobPid: 7 },
  { type: 'JobError', value: { type: 'Panic', value: 'x' } },
  // Words of jobs, whatever they say: only the worker knows what was begun.
  { type: 'JobDied', err: notBegun('x'), jobPid: 7 },
  { type: 'JobError', value: { type: 'Panic', value: notBegun('x') } },
  { type: 'InternalError', value: { type: 'CouldNotOpenFile', value: notBegun('x') } },
  { type: 'InternalError', value: { type: 'Kernel', value: 'x' } },
])('a worker is not used again after the error $type', async (error) => {
  const { result } = await execute(() => ExecuteWorkerResult.encode({ ok: false, error }));
  expect(result).toMatchObject({
    type: 'done',
    answer: { type: 'worker-error', error, wallTimeMs: 0 },
    reusable: false,
  });
});

it('a worker that ends before it has the request has begun nothing', async () => {
  const { result, started } = await execute(() => 'ends before');
  expect([result, started]).toEqual([{ type: 'not-taken', message: 'explained: it ended before' }, 0]);
});

it('a worker that ends with the request has died on it', async () => {
  const { result, started } = await execute(() => 'ends');
  const answer = { type: 'worker-died', message: 'explained: it ended', wallTimeMs: 0 };
  expect([result, started]).toEqual([{ type: 'done', answer, reusable: false }, 1]);
});

it('an artifact that is gone is told before anything is sent', async () => {
  const { result, requests } = await execute(
    () => 'ends',
    (base) => rmSync(join(base, 'stored')),
  );
  expect(result).toEqual({ type: 'done', answer: { type: 'artifact-missing' }, reusable: false });
  expect(requests).toEqual([]);
});

it('a link that cannot be made is this machine’s fault', async () => {
  const { result } = await execute(
    () => 'ends',
    (base) => writeFileSync(join(base, 'worker', 'artifact'), 'in the way'),
  );
  expect(result).toEqual({
    type: 'done',
    answer: {
      type: 'host-fault',
      error: { type: 'CouldNotCreateLink', value: expect.stringContaining('EEXIST') },
    },
    reusable: false,
  });
});

it('a directory that cannot be emptied is this machine’s fault, whatever the worker says', async () => {
  const { result, dir } = await execute((_, dir) => {
    rmSync(dir, { recursive: true });
    return answers({ secs: 1n, nanos: 0 });
  });
  expect(result).toEqual({
    type: 'done',
    answer: {
      type: 'host-fault',
      error: { type: 'CouldNotClearWorkerDir', err: expect.stringContaining('ENOENT'), path: dir },
    },
    reusable: false,
  });
});
