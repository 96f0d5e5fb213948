// What the reference's own integration tests look at from outside, beyond answers: processes, threads, files. The
// standalone programs are tried under the names that these tests look for.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { readAdderPvf } from '@pvf/example-adder-pvf';
import { codeHash, durationFromMs, type ExecutorParams, type PvfPrepData } from '@pvf/protocol';
import {
  burnsCpuBlock,
  descendantsOf,
  GUEST_INPUT,
  guest,
  isAlive,
  listProcesses,
  slowToCompile,
  threadCount,
  waitUntil,
} from '@pvf/test-kit';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  ExecuteWorker,
  FULL_SECURITY,
  PrepareWorker,
  WorkerFailure,
} from '../../../verify/differential/driver/index.ts';
import {
  answerOf,
  type Prepared,
  programOf,
  requestOf,
  WorkerPair,
  withoutSpeedUps,
} from './support/workers.ts';

const KINDS = ['prepare', 'execute'] as const;
const STANDALONE = process.env.PVF_WORKERS !== undefined;
/** More than any process needs that only waits for work, in clock ticks. */
const BUSY_TICKS = 5;
const LIMIT_MS = 2_000;
const LONG_LIMIT_MS = 60_000;
const BOMB_LIMIT = 30 * 1024 * 1024;
/** Takes seconds of CPU time. */
const SLOW = slowToCompile(400);
const ENDLESS = { ...GUEST_INPUT, blockData: burnsCpuBlock(1n << 60n) };

const folder = mkdtempSync(join(tmpdir(), 'pvf-observed-'));
afterAll(() => rmSync(folder, { recursive: true }));
/** The launchers run Node: a script has no name of its own in /proc. */
const programs = Object.fromEntries(
  KINDS.map((kind) => {
    if (!STANDALONE) return [kind, { path: programOf(kind), name: 'node' }];
    const name = `polkadot-${kind}-worker`;
    copyFileSync(programOf(kind), join(folder, name));
    return [kind, { path: join(folder, name), name }];
  }),
) as Record<(typeof KINDS)[number], { path: string; name: string }>;

const preparation = (code: Uint8Array, executorParams: ExecutorParams = []): PvfPrepData => ({
  maybeCompressedCode: code,
  validationCodeBombLimit: BOMB_LIMIT,
  codeHash: codeHash(code),
  executorParams,
  prepTimeout: durationFromMs(LONG_LIMIT_MS),
  prepKind: 'Prechecking',
});

async function prepareWorker(): Promise<PrepareWorker> {
  const worker = await PrepareWorker.spawn({
    program: programs.prepare.path,
    security: FULL_SECURITY,
    moreArguments: withoutSpeedUps('prepare'),
  });
  onTestFinished(() => worker.stop());
  return worker;
}

async function executeWorker(): Promise<ExecuteWorker> {
  const { path } = programs.execute;
  const worker = await ExecuteWorker.spawn({
    program: path,
    security: FULL_SECURITY,
    executorParams: [],
    moreArguments: withoutSpeedUps('execute'),
  });
  onTestFinished(() => worker.stop());
  return worker;
}

async function preparedGuest(name: Parameters<typeof guest>[0]): Promise<Prepared> {
  const artifactPath = join(folder, name);
  const worker = await prepareWorker();
  return { result: await worker.prepare(preparation(guest(name)), artifactPath), artifactPath };
}

interface Running {
  readonly workerPid: number;
  readonly jobPid: number;
  readonly directory: string;
  readonly answer: Promise<string>;
}

/** A first job that would run for long. */
async function running(kind: (typeof KINDS)[number]): Promise<Running> {
  if (kind === 'prepare') {
    const worker = await prepareWorker();
    const result = worker.prepare(preparation(SLOW), join(folder, 'slow'));
    const answer = result.then((value) => (value.ok ? 'Ok' : JSON.stringify(value.error)), failure);
    return { ...(await jobOf(worker.process)), answer };
  }
  const prepared = await preparedGuest('burns-cpu');
  const worker = await executeWorker();
  const request = requestOf(prepared, ENDLESS, LONG_LIMIT_MS);
  const answer = worker
    .execute(request, prepared.artifactPath)
    .then(({ result }) => answerOf(result), failure);
  return { ...(await jobOf(worker.process)), answer };
}

const failure = (error: unknown): string => (error instanceof WorkerFailure ? error.code : String(error));

async function jobOf({ pid, directory }: { pid: number; directory: string }) {
  const jobPid = await waitUntil(
    'the job runs',
    () => descendantsOf(pid).find(({ cpuTicks }) => cpuTicks > BUSY_TICKS)?.pid,
  );
  return { workerPid: pid, directory, jobPid };
}

const programOfProcess = (pid: number): string => basename(readlinkSync(`/proc/${pid}/exe`));

describe.each(KINDS)('while the first job of a %s worker runs', (kind) => {
  it('there is one worker below the host and one process below that, both of the program', async () => {
    const { workerPid, jobPid } = await running(kind);
    const session = listProcesses().find(({ pid }) => pid === process.pid)!.session;
    const all = [...descendantsOf(workerPid), ...listProcesses().filter(({ pid }) => pid === workerPid)];
    expect(all.map(({ pid, parent, session: of }) => ({ pid, parent, session: of }))).toEqual([
      { pid: jobPid, parent: workerPid, session },
      { pid: workerPid, parent: process.pid, session },
    ]);
    for (const { pid } of all) expect(programOfProcess(pid)).toContain(programs[kind].name);
    expect(threadCount(workerPid)).toBe(1);
  });

  it('the job may be killed', async () => {
    const { jobPid, answer } = await running(kind);
    process.kill(jobPid, 'SIGKILL');
    expect(await answer).toMatch(
      kind === 'prepare'
        ? `{"type":"JobDied","err":"received signal: SIGKILL","jobPid":${jobPid}}`
        : 'JobDied: received signal: SIGKILL',
    );
  });

  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    'the worker may get %s; killed, it takes the job along',
    async (signal) => {
      const { workerPid, jobPid, answer } = await running(kind);
      process.kill(workerPid, signal);
      if (signal === 'SIGSTOP') process.kill(workerPid, 'SIGKILL');
      expect(await answer).toBe('closed');
      await waitUntil('both are gone', () => !isAlive(workerPid) && !isAlive(jobPid));
    },
  );
});

describe('a worker dir', () => {
  it('holds nothing but what the host has asked for', async () => {
    const prepare = await prepareWorker();
    const artifactPath = join(folder, 'adder');
    const result = await prepare.prepare(preparation(readAdderPvf()), artifactPath);
    expect(readdirSync(prepare.process.directory)).toEqual([]);
    const execute = await executeWorker();
    await execute.execute(requestOf({ result, artifactPath }, GUEST_INPUT, LIMIT_MS), artifactPath);
    expect(readdirSync(execute.process.directory)).toEqual([]);
  });
});

describe('a precheck', () => {
  it.each([
    [10 * 1024 * 1024, 'Ok'],
    [512 * 1024, 'OutOfMemory'],
  ])('of a small PVF that may take %i bytes: %s', async (bytes, expected) => {
    const params: ExecutorParams = [{ type: 'PrecheckingMaxMemory', value: BigInt(bytes) }];
    const worker = await prepareWorker();
    const result = await worker.prepare(preparation(readAdderPvf(), params), join(folder, 'limited'));
    expect(result.ok ? 'Ok' : result.error.type).toBe(expected);
  });
});

describe('an artifact that is no more what it was', () => {
  it.each([
    ['its checksum', 'CorruptedArtifact'],
    ['that of the new bytes', 'RuntimeConstruction'],
  ])('under %s: %s', async (checksum, expected) => {
    const pair = new WorkerPair();
    onTestFinished(() => pair.close());
    const bytes = Buffer.from('corrupted wasm');
    const corrupted = pair.artifactOf(bytes);
    const { result } = checksum === 'its checksum' ? await preparedGuest('trap') : corrupted;
    expect(answerOf(await pair.execute({ ...corrupted, result }, GUEST_INPUT, LIMIT_MS))).toBe(expected);
  });
});

it('nine endless jobs for five workers all time out', async () => {
  const prepared = await preparedGuest('infinite-loop');
  const workers = await Promise.all(Array.from({ length: 5 }, executeWorker));
  const jobs = Array.from({ length: 9 }, (_, i) => i);
  const answers = workers.map(async (worker, index) => {
    const found: string[] = [];
    for (const job of jobs)
      if (job % workers.length === index) {
        const request = requestOf(prepared, GUEST_INPUT, 200);
        found.push(answerOf((await worker.execute(request, prepared.artifactPath)).result));
      }
    return found;
  });
  expect((await Promise.all(answers)).flat()).toEqual(jobs.map(() => 'JobTimedOut'));
});

describe.each(KINDS)('the %s program', (kind) => {
  it('fails at once with a subcommand that it does not know', () => {
    const { status } = spawnSync(programs[kind].path, ['exit', '--socket-path', 's'], { env: {} });
    expect(status).toBe(2);
  });

  it('can be made to wait without connecting', () => {
    expect(spawnSync(programs[kind].path, ['test-sleep'], { env: {}, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stdout: '',
      stderr: '',
    });
  });
});
