import type { SyscallName } from '@pvf/sandbox-linux';
import { guest } from '@pvf/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcomeOf } from './support/one-job.ts';
import { USERS, type WorkerKind } from './support/raw-worker.ts';
import { DISPENSABLE, refusing, WAYS, type Way } from './support/refusals.ts';
import { type Prepared, WorkerPair } from './support/workers.ts';

/** `npm run refusals` tries every call in every way; here are those that go wrong most easily. */
const KINDS: readonly WorkerKind[] = ['prepare', 'execute'];
const pair = new WorkerPair();
let prepared: Prepared;
beforeAll(async () => {
  prepared = await pair.prepare(guest('accepts-anything'));
});
afterAll(() => pair.close());

const tried = (kind: WorkerKind, uid: number | undefined, calls: readonly SyscallName[], way: Way) => {
  const words = refusing(calls, way).map((word) => `'${word}'`);
  return outcomeOf(kind, { uid, before: `set -- ${words.join(' ')} "$@"` }, prepared);
};

describe.each(USERS)('a worker of %s', (_name, uid) => {
  describe.each(KINDS)('%s', (kind) => {
    it.each(WAYS)('answers rightly without what it can do without: %s', async (way) => {
      expect(await tried(kind, uid, DISPENSABLE, way)).toBe('Ok');
    });
  });
});

/** Without them no request is taken, and the worker says why. */
const TOLD: readonly (readonly [SyscallName, Way, RegExp])[] = [
  ['seccomp', 'EPERM', /seccomp/],
  ['landlock_restrict_self', 'kill', /landlock/],
  ['pivot_root', 'EACCES', /root directory.*pivot_root/],
  ['unshare', 'kill', /root directory.*unshare/],
  ['prlimit64', 'ENOSYS', /prlimit64|limit/],
  ['memfd_create', 'kill', /memfd_create.*SystemCallFilter=memfd_create/],
  ['ppoll', 'EPERM', /ppoll/],
];

describe.each(KINDS)('%s: a worker whose end is refused', (kind) => {
  it.each(WAYS)('ends all the same: %s', async (way) => {
    expect(await tried(kind, undefined, ['exit_group'], way)).toMatch(/^ended with /);
  });
});

describe.each(KINDS)(
  'a worker that cannot do without a call says so before it takes a request: %s',
  (kind) => {
    it.each(TOLD)('%s, %s', async (call, way, reason) => {
      const outcome = await tried(kind, undefined, [call], way);
      expect(outcome).toMatch(/^ended with 1: /);
      expect(outcome).toMatch(reason);
    });
  },
);
