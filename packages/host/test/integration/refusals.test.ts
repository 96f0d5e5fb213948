import { spawn } from 'node:child_process';
import { chmodSync, chownSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  DISPENSABLE_TO_HOSTS,
  REFUSED_BY_UNIT,
  refusing,
  SET_UP,
  WAYS,
} from '../../../execute-worker/test/support/refusals.ts';
import { tempDir } from '../support/fake-worker.ts';

/** `npm run refusals` tries every call in every way and every limit; here is what goes wrong most easily. */
const ALL = process.env.PVF_REFUSALS === 'all';
const PROGRAM = join(import.meta.dirname, '../fixtures/does-its-main-job.mjs');
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

type Said = { said?: { kind: string; vote: string; message?: string }[]; lost?: string[] };
type Refused = { refused?: string; message?: string };
type Result = Said & Refused & { end: string; stderr: string };

/** Runs the main job behind some words of a command line: where they refuse something, or set a limit. */
function mainJob(words: readonly string[], uid: number | undefined): Promise<Result> {
  const cacheDir = tempDir();
  if (uid !== undefined) chownSync(cacheDir, uid, uid);
  chmodSync(cacheDir, 0o700);
  const [command = '', ...args] = [...words, process.execPath, PROGRAM, cacheDir];
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: PATIENCE_MS,
      killSignal: 'SIGKILL',
      ...(uid !== undefined && { uid, gid: uid }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('close', (status, signal) => {
      const end = child.killed ? 'hangs' : String(signal ?? status);
      const line = stdout.split('\n').find((each) => each.startsWith('{')) ?? '{}';
      resolve({ ...JSON.parse(line), end, stderr: stderr.slice(-2_000) });
    });
  });
}

/** Without a receipt nobody checks, so that a valid candidate has no vote. */
const RIGHT = [
  { kind: 'ok', vote: 'for' },
  { kind: 'valid', vote: 'unchecked' },
  { kind: 'valid', vote: 'unchecked' },
  { kind: 'valid', vote: 'unchecked' },
];
const limit = (name: string, value: string): string[] => ['prlimit', `--${name}=${value}`];

describe.each(USERS)('as %s', (_name, uid) => {
  it.each(['EPERM', 'kill'] as const)(
    'the host does without what it can do without: %s',
    async (way) => {
      const result = await mainJob(refusing(DISPENSABLE_TO_HOSTS, way), uid);
      expect(result).toMatchObject({ said: RIGHT, end: '0' });
      expect(result.lost).toEqual(['capabilities', 'landlock-rules', 'host-name']);
    },
    PATIENCE_MS,
  );
});

it(
  'the host works under the filter of the unit that comes with the reference’s node',
  async () => {
    const result = await mainJob(refusing(REFUSED_BY_UNIT, 'kill'), ORDINARY);
    expect(result).toMatchObject({ said: RIGHT, end: '0' });
  },
  PATIENCE_MS,
);

/** What ends in a start that is refused, with what a person has to know. */
const REFUSED: readonly (readonly [string, readonly string[], string, RegExp])[] = [
  ['seccomp: ENOSYS', refusing(['seccomp'], 'ENOSYS'), 'NOT_SECURE', /seccomp/],
  ['memfd_create: kill', refusing(['memfd_create'], 'kill'), 'TRIAL_FAILED', /SystemCallFilter=memfd_create/],
  ['a hard stack limit of 8 MiB', limit('stack', '8388608:8388608'), 'LIMITS_TOO_LOW', /LimitSTACK=/],
  ['64 descriptors', limit('nofile', '64:64'), 'LIMITS_TOO_LOW', /LimitNOFILE=/],
  ['files of 20 MB', limit('fsize', '20000000:20000000'), 'LIMITS_TOO_LOW', /LimitFSIZE=/],
  ['20 GB of address space', limit('as', '20000000000:20000000000'), 'LIMITS_TOO_LOW', /LimitAS=/],
];

it.each(REFUSED)(
  'the start is refused: %s',
  async (_name, words, code, remedy) => {
    const result = await mainJob(words, undefined);
    expect(result).toMatchObject({ refused: code, message: expect.stringMatching(remedy), end: '0' });
  },
  PATIENCE_MS,
);

it.each([
  ['no pending signals', limit('sigpending', '0:0')],
  ['no locked memory', limit('memlock', '0:0')],
  ['systemd’s defaults', [...limit('nofile', '1024:'), ...limit('stack', '8388608:')]],
])(
  'the answers are right with %s',
  async (_name, words) => {
    expect(await mainJob(words, undefined)).toMatchObject({ said: RIGHT, end: '0' });
  },
  PATIENCE_MS,
);

/** Right answers, a refusal with words, or a Node that does not live to say anything: nothing else. */
function expectRightOrRefused(result: Result): void {
  expect(result.end, result.stderr).not.toBe('hangs');
  if (result.said !== undefined) expect(result.said).toMatchObject(RIGHT);
  else if (result.refused !== undefined) {
    expect(result.refused, result.message).toMatch(/^[A-Z_]+$/);
    expect(result.message?.length).toBeGreaterThan(20);
  } else expect(result.end, result.stderr).not.toBe('0');
}

if (ALL) {
  const LIMITS: Readonly<Record<string, readonly string[]>> = {
    stack: ['0:0', '65536:65536', '8388608:8388608', '8388608:'],
    nofile: ['0:0', '20:20', '127:127', '1024:', '1048576:1048576'],
    as: ['0:0', '1000000:1000000', '20000000000:20000000000'],
    fsize: ['0:0', '1000000:1000000', '20000000:20000000'],
    cpu: ['0:0', '1:1', '4:4'],
    nproc: ['0:0', '1:1', '20:20'],
    sigpending: ['0:0', '1:1'],
    memlock: ['0:0', '65536:65536', '8388608:8388608'],
  };
  describe.each(USERS)('everything, as %s', (_name, uid) => {
    it.each(SET_UP.flatMap((call) => WAYS.map((way) => [call, way] as const)))(
      '%s: %s',
      async (call, way) => {
        expectRightOrRefused(await mainJob(refusing([call], way), uid));
      },
      PATIENCE_MS,
    );

    it.each(
      Object.entries(LIMITS).flatMap(([name, values]) => values.map((value) => [name, value] as const)),
    )(
      'the limit of %s: %s',
      async (name, value) => {
        expectRightOrRefused(await mainJob(limit(name, value), uid));
      },
      PATIENCE_MS,
    );
  });
}
