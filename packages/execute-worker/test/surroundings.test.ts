import { copyFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { guest } from '@pvf/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcomeOf } from './support/one-job.ts';
import { directoryFor, type RawOptions, USERS, type WorkerKind } from './support/raw-worker.ts';
import { type Prepared, programOf, WorkerPair } from './support/workers.ts';

const KINDS: readonly WorkerKind[] = ['prepare', 'execute'];
const pair = new WorkerPair();
let prepared: Prepared;
beforeAll(async () => {
  prepared = await pair.prepare(guest('accepts-anything'));
});
afterAll(() => pair.close());

const WORKS = /^Ok$/;
/** Standalone programs have no script beside them that could be missing; their FFI library comes out of /proc. */
const STANDALONE = process.env.PVF_WORKERS !== undefined;
/** The host is told of a fault of this machine: never an answer that counts against a candidate. */
const OUR_FAULT = /^(InternalError|Kernel: .*|IoErr: .*)$/;
/** The standalone programs' start code, which is machine code, names the three limits that it looks at together. */
const TOGETHER = process.env.PVF_WORKERS === undefined ? [] : ['NOFILE', 'AS', 'FSIZE'];
const refusing = (resource: string) =>
  new RegExp(
    TOGETHER.includes(resource)
      ? `^ended with 2: the limits of this process are too low: .*Limit${resource}=`
      : `^ended with 1: .*the limit of ${resource} is`,
  );
const TOO_LOW = new RegExp(`^ended with ${STANDALONE ? 2 : 1}: the limits of this process are too low`);

interface Case extends RawOptions {
  readonly name: string;
  readonly prepare: RegExp;
  readonly execute: RegExp;
}

const both = (expected: RegExp) => ({ prepare: expected, execute: expected });
/** `ulimit` as an ordinary user or root alike. */
const limit = (words: string, expected: RegExp): Case => ({
  name: `ulimit ${words}`,
  before: `ulimit ${words}`,
  ...both(expected),
});
const mounts = (name: string, before: string, expected: RegExp): Case => ({
  name,
  ownMounts: true,
  before,
  ...both(expected),
});

const LIMITS: readonly Case[] = [
  limit('-n 20', TOO_LOW),
  limit('-n 64', refusing('NOFILE')),
  limit('-n 128', WORKS),
  limit('-S -s 100', WORKS),
  limit('-s 8192', refusing('STACK')),
  limit('-v 500000', TOO_LOW),
  limit('-v 30000000', refusing('AS')),
  limit('-v 200000000', WORKS),
  limit('-d 2000000', refusing('DATA')),
  limit('-f 0', TOO_LOW),
  limit('-f 100000', refusing('FSIZE')),
  limit('-t 1000', refusing('CPU')),
  limit('-l 0', WORKS),
  limit('-c 0', WORKS),
];

const STREAMS: readonly Case[] = [
  { name: 'closed stdin, stdout and stderr', before: 'exec <&- >&- 2>&-', ...both(WORKS) },
  { name: 'closed stdin', before: 'exec <&-', ...both(WORKS) },
  {
    name: 'stderr that takes nothing',
    before: 'exec 2>/dev/full',
    environment: { RUST_LOG: 'trace' },
    ...both(WORKS),
  },
  {
    name: 'stderr that nobody reads any more',
    before: 'mkfifo "$DIR/../fifo"; { : <"$DIR/../fifo"; } & exec 2>"$DIR/../fifo"; wait',
    environment: { RUST_LOG: 'trace' },
    ...both(WORKS),
  },
  { name: 'signals that are ignored', before: "trap '' PIPE CHLD TERM INT HUP", ...both(WORKS) },
];

const FILES: readonly Case[] = [
  // The shell of the launchers makes a file /dev/null; Node opens it in place of closed streams, or aborts.
  mounts('no /dev', 'mount -t tmpfs none /dev', /^(Ok$|ended with 1: .*\/dev\/null)/),
  mounts(
    'no /dev and closed streams',
    'mount -t tmpfs none /dev; exec <&- >&- 2>&-',
    STANDALONE ? /^ended with SIGABRT/ : WORKS,
  ),
  mounts('no /sys', 'mount -t tmpfs none /sys', WORKS),
  mounts('no /proc', 'mount -t tmpfs none /proc', /^ended with [12]: .*\/proc/s),
  mounts(
    'a worker dir that forbids programs',
    `mount --bind "$DIR" "$DIR"; ${remount('noexec', '"$DIR"')}`,
    WORKS,
  ),
  { ...mounts('a read-only root', remount('ro', '/'), WORKS), prepare: /^IoErr: .*EROFS/ },
  mounts(
    'a worker dir that alone can be written',
    `mount --bind "$DIR" "$DIR"; ${remount('ro', '/')}`,
    WORKS,
  ),
  {
    ...mounts('a read-only worker dir', `mount --bind "$DIR" "$DIR"; ${remount('ro', '"$DIR"')}`, WORKS),
    prepare: /^IoErr: .*EROFS/,
  },
  {
    name: 'a full worker dir',
    ownMounts: true,
    before: 'mount -t tmpfs -o size=4k none "$DIR"; cat /dev/zero >"$DIR/fill" 2>/dev/null || true',
    prepare: /^IoErr: .*ENOSPC/,
    execute: OUR_FAULT, // the artifact is not there
  },
  { name: 'a worker dir that is gone', before: 'rmdir "$DIR"', ...both(/^ended with 1: .*ENOENT/) },
  {
    name: 'a worker dir that is a file',
    before: 'rmdir "$DIR"; : >"$DIR"',
    ...both(/^ended with 1: .*ENOTDIR/),
  },
  {
    name: 'a working directory that is gone',
    before: 'mkdir "$DIR/x"; cd "$DIR/x"; rmdir "$DIR/x"',
    ...both(WORKS),
  },
  { name: 'a umask that allows nothing', before: 'umask 777', ...both(WORKS) },
];

/** What does not bind root. */
const ORDINARY_USER: readonly Case[] = [
  {
    name: 'no more processes',
    before: 'prlimit --pid $$ --nproc=0',
    ...both(STANDALONE ? /^ended with SIGABRT: .*uv_thread_create/s : /^ended with 2: .*fork/i),
  },
  { name: 'a worker dir that cannot be read', before: 'chmod 0 "$DIR"', ...both(/^ended with 1: .*EACCES/) },
  { name: 'a umask that allows nothing', before: 'umask 777', ...both(WORKS) },
  {
    name: 'a working directory that cannot be read',
    before: 'mkdir "$DIR/x"; cd "$DIR/x"; chmod 0 .',
    ...both(WORKS),
  },
];

function remount(option: string, path: string): string {
  return `mount -o remount,bind,${option} ${path}`;
}

const tried = (kind: WorkerKind, given: Case): Promise<string> => outcomeOf(kind, given, prepared);

describe.each(KINDS)('a %s worker finds', (kind) => {
  it.each([...LIMITS, ...STREAMS, ...FILES])('$name', async (given) => {
    expect(await tried(kind, given)).toMatch(given[kind]);
  });

  it.each(USERS.slice(-1).flatMap(([, uid]) => ORDINARY_USER.map((each) => ({ ...each, uid }))))(
    '$name, as an ordinary user',
    async (given) => {
      expect(await tried(kind, given)).toMatch(given[kind]);
    },
  );
});

describe.each(KINDS)('a %s worker runs', (kind) => {
  it('through a symbolic link, from a path with spaces, under another name', async () => {
    const directory = join(directoryFor(undefined), 'a path with spaces');
    mkdirSync(directory);
    const link = join(directory, 'a link');
    symlinkSync(programOf(kind), link);
    expect(await outcomeOf(kind, { program: link, cwd: directory }, prepared)).toMatch(WORKS);
    if (!STANDALONE) return;
    const copy = join(directory, `polkadot-${kind}-worker`);
    copyFileSync(programOf(kind), copy);
    expect(await outcomeOf(kind, { program: copy, cwd: '/' }, prepared)).toMatch(WORKS);
  });
});
