// Where the standalone programs cannot work, they say so in one line with the cause, and end with no verdict's status.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NOT_SET_UP = 2;
/** What a shell says of a program that the kernel refuses to run. */
const NOT_EXECUTABLE = 126;
const NOBODY = 65_534;
const PRECHECK = 'precheck -q --no-cache "$PVF"';

/** `$PROGRAMS` is the release folder, `$DIR` an empty directory, `$PVF` a PVF; each case has mounts of its own. */
const CASES = [
  ...['pvf --version', `pvf ${PRECHECK}`, 'pvf-prepare-worker --version', 'pvf-execute-worker --version'].map(
    (command) => ({
      name: `ulimit -v, ${command}`,
      script: `ulimit -v 1000000; "$PROGRAMS"/${command}`,
      status: NOT_SET_UP,
      says: /^the limits of this process are too low: [^\n]*ulimit -v, LimitAS=[^\n]*\n$/,
    }),
  ),
  ...['prepare', 'execute'].map((kind) => ({
    name: `no /proc, ${kind} worker`,
    script: `mount -t tmpfs none /proc; "$PROGRAMS"/polkadot-${kind}-worker --capabilities`,
    status: NOT_SET_UP,
    says: /^[^\n]*-worker: [^\n]*\/proc[^\n]*\n$/,
  })),
  {
    name: 'no /proc, pvf',
    script: `mount -t tmpfs none /proc; "$PROGRAMS"/pvf ${PRECHECK}`,
    status: NOT_SET_UP,
    says: /^pvf: \/proc [^\n]*\n$/,
  },
  {
    name: 'no /proc, from the PATH',
    script: `mount -t tmpfs none /proc; PATH=$PROGRAMS; pvf ${PRECHECK}`,
    status: NOT_SET_UP,
    says: /^pvf: \/proc [^\n]*\n$/,
  },
  {
    name: 'workers on a file system that is mounted noexec',
    script: `mount -t tmpfs -o noexec none "$DIR"; echo '#!/bin/sh' >"$DIR/worker"; chmod 755 "$DIR/worker"
      "$PROGRAMS"/pvf ${PRECHECK} --prepare-worker "$DIR/worker"`,
    status: NOT_SET_UP,
    says: /^pvf: [^\n]* lies on a file system that is mounted noexec; [^\n]*\n$/,
  },
  {
    name: 'all programs on a file system that is mounted noexec',
    script: 'mount -t tmpfs -o noexec none "$DIR"; cp "$PROGRAMS/pvf" "$DIR"; "$DIR/pvf" --version',
    status: NOT_EXECUTABLE,
    says: /^[^\n]*Permission denied\n$/,
  },
  {
    name: 'nothing can be written, no cache',
    script: `mount -t tmpfs -o ro none "$DIR"; TMPDIR=$DIR "$PROGRAMS"/pvf ${PRECHECK}`,
    status: NOT_SET_UP,
    says: /^pvf: [^\n]*EROFS: read-only file system[^\n]*\n {2}[^\n]*TMPDIR[^\n]*\n$/,
  },
  {
    name: 'nothing can be written, the usual cache',
    script: 'mount -t tmpfs -o ro none "$DIR"; HOME=$DIR TMPDIR=$DIR "$PROGRAMS"/pvf precheck -q "$PVF"',
    status: NOT_SET_UP,
    says: /^pvf: [^\n]*EROFS: read-only file system[^\n]*\n {2}[^\n]*--cache-dir[^\n]*\n$/,
  },
  {
    name: 'workers that are missing',
    script: `mount -t tmpfs none "$DIR"; cp "$PROGRAMS/pvf" "$DIR"; "$DIR"/pvf ${PRECHECK}`,
    status: NOT_SET_UP,
    says: /^pvf: [^\n]*polkadot-prepare-worker; keep the programs of a release in one folder\n {2}[^\n]*\n$/,
  },
  {
    name: 'workers under the names of the reference alone',
    script: `mount -t tmpfs none "$DIR"; cp "$PROGRAMS"/pvf "$PROGRAMS"/polkadot-*-worker "$DIR"
      TMPDIR=$DIR "$DIR"/pvf ${PRECHECK} >&2`,
    status: 0,
    says: /: accepted/,
  },
];

/** @param programs the release folder, which others may read; @param pvf a PVF that is accepted */
export function checkSurroundings(programs, pvf) {
  const users = process.getuid() === 0 ? ['root', 'an ordinary user'] : ['an ordinary user'];
  for (const user of users)
    for (const { name, script, status, says } of CASES) {
      const directory = mkdtempSync(join(tmpdir(), 'pvf-surroundings-'));
      try {
        chmodSync(directory, 0o755);
        const got = run(script, user, { PROGRAMS: programs, DIR: directory, PVF: pvf });
        const said = `${name}, as ${user}: ended with ${got.status}: ${got.stderr}`;
        assert.equal(got.status, status, said);
        assert.match(got.stderr, says, said);
      } finally {
        rmSync(directory, { recursive: true });
      }
    }
  return CASES.length * users.length;
}

/** An ordinary user mounts in a user namespace, where they are called root. */
function run(script, user, env) {
  const lower =
    process.getuid() === 0 && user !== 'root'
      ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
      : [];
  const own = user === 'root' ? ['unshare', '--mount'] : ['unshare', '--user', '--map-root-user', '--mount'];
  const [program, ...args] = [...lower, ...own, 'sh', '-c', script];
  return spawnSync(program, args, {
    cwd: '/',
    encoding: 'utf8',
    timeout: 120_000,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: env.DIR, ...env },
  });
}
