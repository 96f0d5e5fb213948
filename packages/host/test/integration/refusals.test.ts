import { describe, expect, it } from 'vitest';
import {
  DISPENSABLE_TO_HOSTS,
  REFUSED_BY_UNIT,
  refusing,
} from '../../../execute-worker/test/support/refusals.ts';
import { tempDir } from '../support/fake-worker.ts';
import { limiting, mainJob, RIGHT } from '../support/main-job.ts';

// `npm run refusals` tries every call in every way and every limit; here is what goes wrong most easily.

/** Some refusals are found out by workers that are started five times. */
const PATIENCE_MS = 120_000;
const ORDINARY_UID = 65_534;

type User = readonly [name: string, uid: number | undefined];
/** Root can be an ordinary user as well. */
const USERS: readonly User[] = [
  ['the current user', undefined],
  ...(process.getuid!() === 0 ? [['an ordinary user', ORDINARY_UID] as const] : []),
];
const ORDINARY = USERS.at(-1)![1];

const tried = (words: readonly string[], uid: number | undefined) =>
  mainJob(words, uid, tempDir(), PATIENCE_MS);

describe.each(USERS)('as %s', (_name, uid) => {
  it.each(['EPERM', 'kill'] as const)(
    'the host does without what it can do without: %s',
    async (way) => {
      const result = await tried(refusing(DISPENSABLE_TO_HOSTS, way), uid);
      expect(result).toMatchObject({ said: RIGHT, end: '0' });
      expect(result.lost).toEqual(['capabilities', 'landlock-rules', 'host-name']);
    },
    PATIENCE_MS,
  );
});

it(
  'the host works under the filter of the unit that comes with the reference’s node',
  async () => {
    const result = await tried(refusing(REFUSED_BY_UNIT, 'kill'), ORDINARY);
    expect(result).toMatchObject({ said: RIGHT, end: '0' });
  },
  PATIENCE_MS,
);

/** What ends in a start that is refused, with what a person has to know. */
const REFUSED: readonly (readonly [string, readonly string[], string, RegExp])[] = [
  ['seccomp: ENOSYS', refusing(['seccomp'], 'ENOSYS'), 'NOT_SECURE', /seccomp/],
  ['memfd_create: kill', refusing(['memfd_create'], 'kill'), 'TRIAL_FAILED', /SystemCallFilter=memfd_create/],
  ['socketpair: EACCES', refusing(['socketpair'], 'EACCES'), 'WORKER_UNUSABLE', /EACCES/],
  ['getcwd: ENOSYS', refusing(['getcwd'], 'ENOSYS'), 'CURRENT_DIR', /current directory/],
  ['a hard stack limit of 8 MiB', limiting('stack', '8388608:8388608'), 'LIMITS_TOO_LOW', /LimitSTACK=/],
  ['64 descriptors', limiting('nofile', '64:64'), 'LIMITS_TOO_LOW', /LimitNOFILE=/],
  ['files of 20 MB', limiting('fsize', '20000000:20000000'), 'LIMITS_TOO_LOW', /LimitFSIZE=/],
  ['20 GB of address space', limiting('as', '20000000000:20000000000'), 'LIMITS_TOO_LOW', /LimitAS=/],
];

it.each(REFUSED)(
  'the start is refused: %s',
  async (_name, words, code, remedy) => {
    const result = await tried(words, undefined);
    expect(result).toMatchObject({ refused: code, message: expect.stringMatching(remedy), end: '0' });
  },
  PATIENCE_MS,
);

it.each([
  ['no signals to its workers', refusing(['kill'], 'ENOSYS')],
  ['no pending signals', limiting('sigpending', '0:0')],
  ['no locked memory', limiting('memlock', '0:0')],
  ['systemd’s defaults', [...limiting('nofile', '1024:'), ...limiting('stack', '8388608:')]],
])(
  'the answers are right with %s',
  async (_name, words) => {
    expect(await tried(words, undefined)).toMatchObject({ said: RIGHT, end: '0' });
  },
  PATIENCE_MS,
);
