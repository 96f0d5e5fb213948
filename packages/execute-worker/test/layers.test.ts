import type { SecurityStatus } from '@pvf/protocol';
import { guest } from '@pvf/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcomeOf } from './support/one-job.ts';
import { USERS } from './support/raw-worker.ts';
import { type Prepared, WorkerPair } from './support/workers.ts';

/** What machines lack in the wild: an old kernel, AppArmor's ban on mounts, Docker's on namespaces, and all at once. */
const MISSING: readonly (readonly [string, Partial<SecurityStatus>])[] = [
  ['landlock', { canEnableLandlock: false }],
  ['a root of its own', { canUnshareUserNamespaceAndChangeRoot: false }],
  ['namespaces for jobs', { canDoSecureClone: false }],
  ['all namespaces', { canUnshareUserNamespaceAndChangeRoot: false, canDoSecureClone: false }],
  [
    'everything',
    {
      secureValidatorMode: false,
      canEnableLandlock: false,
      canEnableSeccomp: false,
      canUnshareUserNamespaceAndChangeRoot: false,
      canDoSecureClone: false,
    },
  ],
];

const pair = new WorkerPair();
let prepared: Prepared;
beforeAll(async () => {
  prepared = await pair.prepare(guest('accepts-anything'));
});
afterAll(() => pair.close());

describe.each(USERS)('a worker of %s', (_name, uid) => {
  describe.each(MISSING)('answers rightly without %s', (_missing, security) => {
    it.each(['prepare', 'execute'] as const)('%s', async (kind) => {
      expect(await outcomeOf(kind, { uid, security }, prepared)).toBe('Ok');
    });
  });
});
