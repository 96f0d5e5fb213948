// What a worker is given that asks for artifacts: each file once, and again when it asks.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ARTIFACT_WANTED,
  ExecuteRequest,
  ExecuteWorkerResult,
  type JobResponse,
  notBegun,
  type WorkerError,
} from '@pvf/protocol';
import { FakeClock, settle } from '@pvf/test-kit';
import { describe, expect, it } from 'vitest';
import { executeWork } from '../../src/execute/work.ts';
import { executeRequest } from '../support/execute-request.ts';
import { tempDir } from '../support/fake-worker.ts';
import { type Script, scriptedWorker } from '../support/scripted-worker.ts';

const LIMIT_MS = 2_000;

const requestFor = (checksum: number, block = 4): ExecuteRequest =>
  executeRequest({
    pov: { blockData: Uint8Array.of(block) },
    executionTimeout: { secs: BigInt(LIMIT_MS / 1_000), nanos: 0 },
    artifactChecksum: new Uint8Array(32).fill(checksum),
  });

const saying = (type: 'PoVDecompressionFailure' | 'CorruptedArtifact'): Uint8Array => {
  const jobResponse: JobResponse = { type };
  return ExecuteWorkerResult.encode({
    ok: true,
    value: { jobResponse, duration: { secs: 1n, nanos: 0 }, povSize: 9 },
  });
};
const failing = (error: WorkerError): Uint8Array => ExecuteWorkerResult.encode({ ok: false, error });
const ANSWER = saying('PoVDecompressionFailure');
const WANTED = failing(ARTIFACT_WANTED);

/** One worker that does what the script says; with each request that it got, whether it was given a file. */
function setUp({ most = 2, script = (() => ANSWER) as Script } = {}) {
  const base = tempDir();
  const dir = join(base, 'worker');
  mkdirSync(dir);
  const world = { script, given: [] as (string | undefined)[], started: 0 };
  const place = join(dir, 'artifact');
  const clock = new FakeClock();
  const { process, requests } = scriptedWorker(dir, (request) => {
    world.given.push(existsSync(place) ? readFileSync(place, 'utf8') : undefined);
    return world.script(request, dir);
  });
  const store = (name: string): string => {
    const path = join(base, name);
    writeFileSync(path, name);
    return path;
  };
  const run = (artifactPath: string, checksum = 7, block = 4) =>
    executeWork(
      clock,
      process,
      { request: requestFor(checksum, block), artifactPath },
      () => {
        world.started += 1;
      },
      { tellsDetail: false, remembersArtifacts: most },
    );
  const left = (): string[] => readdirSync(dir);
  return { world, run, store, requests, process, dir, clock, left };
}

const answered = (type = 'PoVDecompressionFailure') => ({
  type: 'done',
  answer: { type: 'answered', response: { jobResponse: { type } } },
  reusable: true,
});

describe('an artifact’s file is given', () => {
  it('once, and its directory is empty whenever nothing is given', async () => {
    const { world, run, store, left } = setUp();
    const path = store('one');
    for (let n = 0; n < 3; n++) {
      expect(await run(path)).toMatchObject(answered());
      expect(left()).toEqual([]);
    }
    expect(world.given).toEqual(['one', undefined, undefined]);
    expect(world.started).toBe(3);
  });

  it('with each request to a worker that was not asked to remember any', async () => {
    const { world, run, store } = setUp({ most: 0 });
    const path = store('one');
    for (let n = 0; n < 2; n++) await run(path);
    expect(world.given).toEqual(['one', 'one']);
  });

  it('again when as many others were given since as the worker remembers, however often it was used', async () => {
    const { world, run, store } = setUp({ most: 2 });
    const [one, two, three] = [store('one'), store('two'), store('three')];
    for (const path of [one, two, one, three, two, one]) await run(path);
    expect(world.given).toEqual(['one', 'two', undefined, 'three', undefined, 'one']);
  });

  it('again to another process', async () => {
    const [first, second] = [setUp(), setUp()];
    const path = first.store('one');
    for (const { run } of [first, first, second]) await run(path);
    expect([first.world.given, second.world.given]).toEqual([['one', undefined], ['one']]);
  });

  it('again when it was made anew: at another path, or with another checksum', async () => {
    const { world, run, store } = setUp({ most: 9 });
    const [one, two] = [store('one'), store('two')];
    await run(one, 7);
    await run(two, 7);
    await run(two, 8);
    expect(world.given).toEqual(['one', 'two', 'two']);
  });

  it('again when the worker found it corrupted', async () => {
    const { world, run, store } = setUp({ script: () => saying('CorruptedArtifact') });
    const path = store('one');
    expect(await run(path)).toMatchObject(answered('CorruptedArtifact'));
    await run(path);
    expect(world.given).toEqual(['one', 'one']);
  });
});

describe('a worker that asks for what it was given before', () => {
  /** It has had one candidate of the artifact, and then does what the script says with the next. */
  async function forgotten(...says: (Uint8Array | 'ends' | 'ends before')[]) {
    const worker = setUp();
    const path = worker.store('one');
    await worker.run(path);
    Object.assign(worker.world, { given: [], started: 0 });
    worker.requests.length = 0;
    worker.world.script = () => says.shift() ?? ANSWER;
    return { ...worker, path };
  }

  it('gets file and request, and its answer counts: the candidate was started once', async () => {
    const { world, run, path, requests, left } = await forgotten(WANTED);
    expect(await run(path)).toMatchObject(answered());
    expect(world.given).toEqual([undefined, 'one']);
    expect(world.started).toBe(1);
    expect(requests.map((request) => ExecuteRequest.decode(request))).toEqual([requestFor(7), requestFor(7)]);
    expect(left()).toEqual([]);
    await run(path);
    expect(world.given).toEqual([undefined, 'one', undefined]);
  });

  it('is at fault when it asks once more, and the candidate goes to another one', async () => {
    const { world, run, path } = await forgotten(WANTED, WANTED);
    const message = 'explained: the job did not begin: its artifact is wanted';
    expect(await run(path)).toEqual({ type: 'not-taken', message });
    expect(world.given).toEqual([undefined, 'one']);
  });

  it('is at fault when it asks for one that it was just given', async () => {
    const { world, run, store } = setUp({ script: () => WANTED });
    expect(await run(store('one'))).toMatchObject({ type: 'not-taken' });
    expect(world.given).toEqual(['one']);
  });

  it.each<[string, Uint8Array]>([
    ['other words', failing({ type: 'InternalError', value: { type: 'Kernel', value: notBegun('x') } })],
    ['more behind its words', Uint8Array.of(...WANTED, 0)],
  ])('is not understood with %s: it has not begun', async (_, frame) => {
    const { world, run, path } = await forgotten(frame);
    expect(await run(path)).toMatchObject({ type: 'not-taken' });
    expect(world.given).toEqual([undefined]);
  });

  it.each<[string, WorkerError]>([
    ['a job', { type: 'JobError', value: { type: 'Kernel', value: notBegun('its artifact is wanted') } }],
    [
      'what is no fault of the kernel',
      { type: 'JobDied', err: notBegun('its artifact is wanted'), jobPid: 1 },
    ],
  ])('is not heard through %s', async (_, error) => {
    const { world, run, path } = await forgotten(failing(error));
    expect(await run(path)).toMatchObject({ answer: { type: 'worker-error', error }, reusable: false });
    expect(world.given).toEqual([undefined]);
  });

  it('cannot find corrupted what it was not given: another one has it', async () => {
    const { run, path } = await forgotten(saying('CorruptedArtifact'));
    const message = 'explained: it took a file that it was not given for the artifact';
    expect(await run(path)).toEqual({ type: 'not-taken', message });
  });

  it('may ask for one whose file is gone meanwhile: nothing was begun', async () => {
    const { run, path } = await forgotten(WANTED);
    rmSync(path);
    expect(await run(path)).toEqual({ type: 'done', answer: { type: 'artifact-missing' }, reusable: false });
  });

  it('may be told that its answer to the second request is what any answer is', async () => {
    const { run, path } = await forgotten(WANTED, 'ends');
    const answer = { type: 'worker-died', message: 'explained: it ended', wallTimeMs: 0 };
    expect(await run(path)).toEqual({ type: 'done', answer, reusable: false });
  });

  it('and has ended before the file could be given has begun nothing, and finds nothing', async () => {
    const { world, run, path, process, left } = await forgotten(WANTED);
    const { script } = world;
    world.script = (request, dir) => {
      Object.assign(process.connection, { isBroken: true });
      return script(request, dir);
    };
    expect(await run(path)).toMatchObject({ type: 'not-taken' });
    expect([world.given, left()]).toEqual([[undefined], []]);
  });

  it('has all of the time limit once it has the file', async () => {
    const { world, run, path, process, clock } = await forgotten();
    let answer = Promise.withResolvers<Uint8Array>();
    Object.assign(process.connection, {
      receive: () => {
        answer = Promise.withResolvers();
        return answer.promise;
      },
    });
    const running = run(path);
    await clock.advance(4 * LIMIT_MS - 1);
    answer.resolve(WANTED);
    await settle();
    await expect.poll(() => world.given).toEqual([undefined, 'one']);
    await clock.advance(4 * LIMIT_MS - 1);
    answer.resolve(ANSWER);
    expect(await running).toMatchObject({ answer: { type: 'answered', wallTimeMs: 4 * LIMIT_MS - 1 } });
    expect(clock.pending).toBe(0);
  });
});

describe('a directory', () => {
  it('that is gone says nothing against an answer for which nothing was given', async () => {
    const { run, store, dir, world } = setUp();
    const path = store('one');
    await run(path);
    rmSync(dir, { recursive: true });
    expect(await run(path)).toMatchObject({ ...answered(), reusable: false });
    expect(world.given).toEqual(['one', undefined]);
  });

  it('in which a job has left something is emptied, also when nothing was given', async () => {
    const { run, store, left, world } = setUp();
    const path = store('one');
    await run(path);
    world.script = (_, dir) => {
      writeFileSync(join(dir, 'left-over'), 'of a job');
      return ANSWER;
    };
    expect(await run(path)).toMatchObject(answered());
    expect(left()).toEqual([]);
  });
});
