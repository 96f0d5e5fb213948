// What the processes of the workers have in common with each other: shared mappings, artifacts, and every descriptor,
// compared with written lists.
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { closeDescriptor, duplicateTo, pipe } from '@pvf/sandbox-linux';
import { burnsCpuBlock, descendantsOf, GUEST_INPUT, guest, slowToCompile, waitUntil } from '@pvf/test-kit';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { templateAndJob } from './support/loaded.ts';
import { answerOf, WorkerPair } from './support/workers.ts';

const LIMIT_MS = 30_000;
/** Enough to be found at work, however seldom this process may look. */
const FUNCTIONS = 3_000;
const ENDLESS = { ...GUEST_INPUT, blockData: burnsCpuBlock(1n << 60n) };
/** More than any process uses that only waits. */
const BUSY_TICKS = 10;
const ACCESS = ['read', 'write', 'both'] as const;

interface Inherited {
  /** Permissions and name of each shared mapping, and of each of an artifact. */
  readonly shared: readonly string[];
  /** Access and kind of each descriptor. */
  readonly descriptors: readonly string[];
}

function inheritedBy(pid: number, isWorker = false): Inherited {
  const shared = readFileSync(`/proc/${pid}/maps`, 'latin1')
    .split('\n')
    .map((line) => line.split(/ +/))
    .filter(([, permissions = '', , , , name = '']) => permissions[3] === 's' || name.endsWith('/artifact'))
    .map(([, permissions, , , , name]) => `${permissions} ${name}`);
  // Standard input, output and error are the host's choice, and closed in all but workers.
  const numbers = readdirSync(`/proc/${pid}/fd`).filter((fd) => Number(fd) > 2 || !isWorker);
  const descriptors = numbers.map((fd) => {
    const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1'))![1]!;
    const kind = readlinkSync(`/proc/${pid}/fd/${fd}`)
      .replace(/:\[\d+\]$/, '')
      .replace(/^\/proc\/\d+\//, '/proc/PID/');
    return `${ACCESS[Number.parseInt(flags, 8) & 3]} ${kind}`;
  });
  return { shared, descriptors: descriptors.sort() };
}

const REQUEST = 'r--s /memfd:pvf-request';
/** What wakes event loops leads nowhere: the main one, the platform's, and one of Node's own. */
const INERT = Array<string>(3).fill('write /dev/null');
/** Of event loops that never run any more. */
const EVENT_LOOPS = [
  ...Array<string>(3).fill('both anon_inode:[eventpoll]'),
  ...Array<string>(4).fill('read pipe'),
  ...Array<string>(4).fill('write pipe'),
];
/** The host; a channel for the listeners of templates. */
const SOCKETS = Array<string>(3).fill('both socket');
/** To make each job the first to go when memory runs out. */
const OOM_SCORE = 'write /proc/PID/oom_score_adj';
/** Hangs up when the guard is gone. */
const GUARD = 'read pipe';
/** Of execute workers whose host has asked for it: requests that they copy into the memory of a job. */
const FROM_HOST = 'both /memfd:pvf-shared-memory (deleted)';
const WORKER = [...EVENT_LOOPS, ...INERT, ...SOCKETS, GUARD, 'read /proc', OOM_SCORE];
/** To order jobs, to give them commands; to hear that one was made, and its answer; to answer clones; the request. */
const OF_EACH_TEMPLATE = [
  ...Array<string>(2).fill('write pipe'),
  ...Array<string>(2).fill('read pipe'),
  'both anon_inode:seccomp notify',
  'both /memfd:pvf-request (deleted)',
  'read /memfd:pvf-request (deleted)',
];
const ANSWER = 'write pipe';
/** Of each artifact that was verified, so that its file is told from others; the host has unlinked the worker's name. */
const ARTIFACT = 'read /artifact (deleted)';

const sorted = (...lists: readonly (readonly string[])[]): string[] => lists.flat().sort();

/** The job below a worker that uses processor time, once it is as it will stay. */
const runningJob = (worker: number, besides: readonly number[] = []): Promise<number> =>
  waitUntil('the job runs', () => {
    const jobs = descendantsOf(worker).filter(({ pid }) => !besides.includes(pid));
    return jobs.find(({ cpuTicks }) => cpuTicks > BUSY_TICKS)?.pid;
  });

/** What some program before the host has left open for all that come after it. */
const LEAKED = [201, 202, 203] as const;

beforeAll(() => {
  const file = openSync(fileURLToPath(import.meta.url), 'r');
  const ends = pipe();
  [file, ends.readFd, ends.writeFd].forEach((fd, index) => {
    duplicateTo(fd, LEAKED[index]!);
    closeSync(fd);
  });
  return () => {
    for (const fd of LEAKED) closeDescriptor(fd);
  };
});

it('the processes of an execute worker share a request that they cannot write, and pipes', async () => {
  const pair = new WorkerPair([], ['--shared-memory', '1'], 'speed-ups');
  onTestFinished(() => pair.close());
  const prepared = await pair.prepare(guest('burns-cpu'));
  const run = (candidate = GUEST_INPUT) => pair.execute(prepared, candidate, LIMIT_MS);

  // The first candidate of an artifact has a job that loads it itself.
  const { pid: worker } = (await pair.executeWorker()).process;
  const first = pair.execute(prepared, ENDLESS, LIMIT_MS);
  const alone = await runningJob(worker);
  expect(inheritedBy(alone)).toEqual({
    shared: [REQUEST, 'r--p /artifact'],
    descriptors: sorted([ANSWER], INERT),
  });
  process.kill(alone, 'SIGKILL');
  await first;
  expect(inheritedBy(worker, true)).toEqual({
    shared: [],
    descriptors: sorted(WORKER, [FROM_HOST, ARTIFACT]),
  });
  const corrupted = pair.artifactOf(Buffer.from('another file'));
  expect(answerOf(await pair.execute({ ...corrupted, result: prepared.result }, GUEST_INPUT, LIMIT_MS))).toBe(
    'CorruptedArtifact',
  );
  expect(inheritedBy(worker, true)).toEqual({
    shared: [],
    descriptors: sorted(WORKER, [FROM_HOST, ARTIFACT]),
  });

  await run();
  const { template, waiting } = await templateAndJob(worker);
  expect(inheritedBy(worker, true)).toEqual({
    shared: [],
    descriptors: sorted(WORKER, [FROM_HOST, ARTIFACT], OF_EACH_TEMPLATE),
  });
  // Orders and commands, what it says and its jobs answer.
  expect(inheritedBy(template)).toEqual({
    shared: [REQUEST],
    descriptors: sorted(INERT, ['read pipe', 'read pipe', 'write pipe', 'write pipe']),
  });
  expect(await settled(waiting, 2 + INERT.length)).toEqual({
    shared: [REQUEST],
    descriptors: sorted(INERT, ['read pipe', ANSWER]),
  });

  const last = pair.execute(prepared, ENDLESS, LIMIT_MS);
  const job = await runningJob(worker, [template]);
  expect(inheritedBy(job)).toEqual({ shared: [REQUEST], descriptors: sorted([ANSWER], INERT) });
  process.kill(job, 'SIGKILL');
  await last;
});

it('the processes of a prepare worker share a pipe', async () => {
  const pair = new WorkerPair();
  onTestFinished(() => pair.close());
  const { pid: worker } = (await pair.prepareWorker()).process;
  const preparing = pair.prepare(slowToCompile(FUNCTIONS));
  const job = await runningJob(worker);
  const { shared, descriptors } = inheritedBy(job);
  // Its own map of memory, which tells it where the code is that it makes.
  expect({ shared, descriptors }).toEqual({
    shared: [REQUEST],
    descriptors: sorted([ANSWER, 'read /proc/PID/maps'], INERT),
  });
  process.kill(job, 'SIGKILL');
  await preparing;
  expect(inheritedBy(worker, true)).toEqual({ shared: [], descriptors: sorted(WORKER) });
});

/** Once a process has closed what it need not have. */
const settled = (pid: number, descriptors: number): Promise<Inherited> =>
  waitUntil('it has closed the rest', () => {
    const inherited = inheritedBy(pid);
    return inherited.descriptors.length === descriptors && inherited;
  });
