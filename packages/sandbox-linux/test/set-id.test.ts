import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NOBODY } from '../../linux/test/support/fixtures.ts';
import { addressOf, sys6, syscallNumber } from '../src/index.ts';
import { findProgram } from '../src/launcher/exec.ts';
import { NODE, PACKAGE } from './support/paths.ts';
import { IDENTITIES, type Identity } from './support/spawn.ts';

const CLI = join(PACKAGE, 'dist', 'cli.js');
const SYSTEM_PATH = '/usr/local/bin:/usr/bin:/bin';
const isRoot = process.getuid?.() === 0;
/** struct vfs_cap_data of revision 2 (linux/capability.h): CAP_NET_RAW permitted. */
const NET_RAW = Buffer.from([0, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const CAP_NET_RAW = '0000000000002000';
let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'sandbox-linux-'));
  chmodSync(directory, 0o755);
  mkdirSync(join(directory, 'programs'));
  const program = (name: string, of: string): string => {
    const path = join(directory, 'programs', name);
    copyFileSync(findProgram(of, SYSTEM_PATH) as string, path);
    chmodSync(path, 0o755);
    return path;
  };
  if (!isRoot) {
    // of this user's own, which gives nobody anything that they do not have
    chmodSync(program('by-user', 'id'), 0o4755);
    return;
  }
  const byGroup = program('by-group', 'id');
  chownSync(byGroup, 0, 0);
  chmodSync(byGroup, 0o2755);
  chmodSync(program('by-user', 'id'), 0o4755);
  const attribute = [`${program('by-capability', 'cat')}\0`, 'security.capability\0'].map((text) =>
    Buffer.from(text),
  );
  const [path, name] = attribute.map(addressOf) as [number, number];
  const set = sys6(syscallNumber('setxattr') as number, path, name, addressOf(NET_RAW), NET_RAW.length, 0, 0);
  expect([set, attribute.length]).toEqual([0, 2]);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const ids = (as: Identity) => (as === 'user' && isRoot ? { uid: NOBODY, gid: NOBODY } : {});

function outside(as: Identity, args: readonly string[]): string {
  const [program = '', ...rest] = args;
  return spawnSync(program, rest, { encoding: 'utf8', ...ids(as) }).stdout.trim();
}

function inside(as: Identity, options: readonly string[], args: readonly string[]): string {
  const run = spawnSync(NODE, [CLI, 'run', '--net', 'none', ...options, '--', ...args], {
    encoding: 'utf8',
    cwd: '/',
    env: { PATH: SYSTEM_PATH },
    timeout: 50_000,
    ...ids(as),
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout.trim();
}

/** Whether the file system that tests write to heeds set-id bits and capabilities of files. */
function heeded(): boolean {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n');
  const around = mounts.map((line) => line.split(' ')).filter(([, , , , at = '']) => isWithin(directory, at));
  const deepest = around.sort((a, b) => (b[4] as string).length - (a[4] as string).length)[0];
  return !(deepest?.[5] ?? '').split(',').includes('nosuid');
}
const isWithin = (path: string, at: string): boolean =>
  at === '/' || path === at || path.startsWith(`${at}/`);

const WAYS = ['given', 'bound', 'visible'] as const;
const wayOf = (way: (typeof WAYS)[number]): [options: string[], at: string] => {
  const at = join(directory, 'programs');
  if (way === 'given') return [['--ro', at], at];
  if (way === 'visible') return [['--ro', at, '--visible'], at];
  return [['--bind', `${at}:/data`], '/data'];
};

describe.each(IDENTITIES)('programs that give away rights, as %s', (as) => {
  test.each(WAYS)('%s: a set-user-ID program is run as whoever runs it', (way) => {
    const [options, at] = wayOf(way);
    const own = `${ids(as).uid ?? process.getuid?.()}`;
    expect(inside(as, options, [`${at}/by-user`, '-u'])).toBe(own);
    const gained = heeded() ? `${process.getuid?.()}` : own;
    expect(outside(as, [join(directory, 'programs/by-user'), '-u'])).toBe(gained);
  });
});

describe.each(IDENTITIES.filter((name) => name === 'root'))('of %s', () => {
  test.each(WAYS)('%s: set-group-ID and capabilities give an ordinary user nothing', (way) => {
    const [options, at] = wayOf(way);
    const status = ['/proc/self/status'];
    const permitted = (text: string) => /^CapPrm:\s*(\w+)$/m.exec(text)?.[1];
    expect(inside('user', options, [`${at}/by-group`, '-g'])).toBe(`${NOBODY}`);
    expect(permitted(inside('user', options, [`${at}/by-capability`, ...status]))).toBe('0000000000000000');
    if (!heeded()) return;
    expect(outside('user', [join(directory, 'programs/by-group'), '-g'])).toBe('0');
    expect(permitted(outside('user', [join(directory, 'programs/by-capability'), ...status]))).toBe(
      CAP_NET_RAW,
    );
  });
});
