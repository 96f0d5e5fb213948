// Limits, descriptors, namespaces and privileges of every kind of process below a worker, whole and exact.
import { describe, expect, it } from 'vitest';
import type { Mode } from './modes.ts';
import { type Seen, seenFromOutside } from './seen-from-outside.ts';
import {
  FILTERS,
  type Kind,
  OWN_FILTERS,
  REAL_MODES,
  type SleepingWorker,
  startSleepingWorker,
  until,
  WORKER_FILTERS,
} from './sleeping-worker.ts';
import { USERS } from './users.ts';

const MIB = 1024 * 1024;
/** Of hostile.runner.ts: 0.6 s of CPU time for a job, and what it may add to its private memory. */
const JOB_CPU_SECONDS = '5';
const ADDED_DATA_BYTES = 256 * MIB;
const ADDED_ADDRESS_SPACE_BYTES = 64 * 1024 * MIB;
/** What a worker may have allocated between the fork and now. */
const MEMORY_SLACK_BYTES = 4 * MIB;

const own = seenFromOutside(process.pid);
const isRoot = process.getuid!() === 0;

const both = (value: string): readonly [string, string] => [value, value];
const NOTHING = both('0');
const LIMITS_OF_ALL = {
  'Max file size': NOTHING,
  // With 0, a program that kernel.core_pattern pipes to would still get everything.
  'Max core file size': both('1'),
  'Max open files': NOTHING,
  'Max locked memory': NOTHING,
  'Max msgqueue size': NOTHING,
};

/** @param counted the worker's processes are counted by themselves */
function expectedLimits(kind: Kind, worker: Seen, counted: boolean): Seen['limits'] {
  const inherited = worker.limits['Max processes']!;
  const cpu = {
    job: JOB_CPU_SECONDS,
    template: '600',
    'waiting job': '600',
    'job of a template': JOB_CPU_SECONDS,
  };
  return {
    ...worker.limits,
    ...LIMITS_OF_ALL,
    'Max cpu time': both(cpu[kind]),
    'Max processes': kind === 'template' ? (counted ? both('528') : inherited) : NOTHING,
    'Max data size': [expect.any(String), expect.any(String)] as unknown as [string, string],
    'Max address space': [expect.any(String), expect.any(String)] as unknown as [string, string],
  };
}

/** Names of the pipes that a process has, with what it can do with each. */
const PIPES: Record<Kind, readonly string[]> = {
  job: ['write result'],
  template: ['read order', 'read command', 'write status', 'write result'],
  'waiting job': ['read command', 'write result'],
  'job of a template': ['write result'],
};

/** The pipes between a worker and those below it, named by the order in which the worker has made them. */
function pipeNames(worker: Seen, children: readonly Seen[]): Map<string, string> {
  const shared = new Set(children.flatMap(({ descriptors }) => descriptors.map(({ target }) => target)));
  const ends = worker.descriptors.filter(({ target }) => target.startsWith('pipe:') && shared.has(target));
  const writes = ends.filter(({ mode }) => mode === 'write').map(({ target }) => target);
  const reads = ends.filter(({ mode }) => mode === 'read').map(({ target }) => target);
  const names =
    children.length === 1
      ? [['result'], []]
      : [
          ['status', 'result'],
          ['order', 'command'],
        ];
  expect([reads.length, writes.length]).toEqual(names.map(({ length }) => length));
  return new Map([
    ...reads.map((target, i): [string, string] => [target, names[0]![i]!]),
    ...writes.map((target, i): [string, string] => [target, names[1]![i]!]),
  ]);
}

const OF_JOBS = ['user', 'mnt', 'pid', 'pid_for_children'];
const OF_WORKERS = ['user', 'mnt', 'net', 'ipc', 'uts', 'cgroup'];

/** Whose namespaces a process is in. */
function expectedNamespaces(kind: Kind | 'worker', mode: Mode): Record<string, string> {
  const isJob = kind !== 'worker' && kind !== 'template';
  return Object.fromEntries(
    Object.keys(own.namespaces).map((name) => [
      name,
      !mode.namespaces
        ? 'the host’s'
        : isJob && OF_JOBS.includes(name)
          ? 'its own'
          : OF_WORKERS.includes(name)
            ? 'the worker’s'
            : 'the host’s',
    ]),
  );
}

function namespacesOf(seen: Seen, worker: Seen): Record<string, string> {
  return Object.fromEntries(
    Object.entries(seen.namespaces).map(([name, inode]) => [
      name,
      inode === own.namespaces[name]
        ? 'the host’s'
        : inode === worker.namespaces[name]
          ? 'the worker’s'
          : 'its own',
    ]),
  );
}

function check(kind: Kind, pid: number, worker: SleepingWorker, mode: Mode, uid: number | undefined): void {
  const parent = seenFromOutside(worker.pid);
  const seen = seenFromOutside(pid);
  const counted = mode.namespaces || (isRoot && uid === undefined);
  expect(parent.limits).toEqual(own.limits);
  expect(seen.limits).toEqual(expectedLimits(kind, parent, counted));
  for (const [limit, used, added] of [
    ['Max data size', parent.memory.data, ADDED_DATA_BYTES],
    ['Max address space', parent.memory.addressSpace, ADDED_ADDRESS_SPACE_BYTES],
  ] as const) {
    const [soft, hard] = seen.limits[limit]!;
    expect(soft).toBe(hard);
    expect(Math.abs(Number(hard) - used - added), limit).toBeLessThan(MEMORY_SLACK_BYTES);
  }

  const names = pipeNames(parent, worker.children.map(seenFromOutside));
  const inert = parent.descriptors.filter(({ fd, target }) => fd > 2 && target === '/dev/null');
  expect(inert.length).toBeGreaterThan(0);
  const pipes = seen.descriptors.filter(({ target }) => target !== '/dev/null');
  expect(seen.descriptors.filter(({ target }) => target === '/dev/null')).toEqual(inert);
  expect(inert.every((each) => each.mode === 'write')).toBe(true);
  expect(pipes.map(({ target, mode: can }) => `${can} ${names.get(target)}`).sort()).toEqual(
    PIPES[kind].toSorted(),
  );

  expect(namespacesOf(parent, parent)).toEqual(expectedNamespaces('worker', mode));
  expect(namespacesOf(seen, parent)).toEqual(expectedNamespaces(kind, mode));

  expect(parent.status).toMatchObject({
    NoNewPrivs: '1',
    Seccomp: '2',
    Seccomp_filters: String(OWN_FILTERS + WORKER_FILTERS),
  });
  const none = '0'.repeat(16);
  expect(seen.status).toMatchObject({
    NoNewPrivs: '1',
    Seccomp: '2',
    Seccomp_filters: String(OWN_FILTERS + WORKER_FILTERS + FILTERS[kind]),
    CapInh: none,
    CapPrm: none,
    CapEff: none,
    CapAmb: none,
    Threads: '1',
  });
}

/** Resolves when a job has begun what it was made for. */
const begun = (pid: number, seconds: string): Promise<true> =>
  until(() => (seenFromOutside(pid).limits['Max cpu time']![1] === seconds ? true : undefined));

describe.each(USERS)('as the kernel sees it, started by $name', ({ uid }) => {
  it.each(REAL_MODES.filter(({ maker }) => maker === 'job'))(
    'a job has just what it needs: $name',
    async (mode) => {
      const worker = await startSleepingWorker(mode, uid);
      const job = worker.children[0]!;
      check('job', job, worker, mode, uid);
    },
  );

  it.each(REAL_MODES.filter(({ maker }) => maker === 'template-job'))(
    'a template and its jobs have just what they need: $name',
    async (mode) => {
      const waiting = await startSleepingWorker(mode, uid, 'waiting');
      const [template, waitingJob] = waiting.children;
      check('template', template!, waiting, mode, uid);
      check('waiting job', waitingJob!, waiting, mode, uid);
      await waiting.end();

      const running = await startSleepingWorker(mode, uid);
      const job = running.children[1]!;
      await begun(job, JOB_CPU_SECONDS);
      check('job of a template', job, running, mode, uid);
    },
  );
});
