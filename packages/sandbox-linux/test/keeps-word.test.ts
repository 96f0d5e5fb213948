import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  DEFAULT_DENIED,
  getResourceLimit,
  type NetworkPolicy,
  type Policy,
  type SpawnOptions,
} from '../src/index.ts';
import { cgroupPlaces } from '../src/policy/cgroup-paths.ts';
import { FIXTURES, NODE, PACKAGE } from './support/paths.ts';
import { FULL, one, outcomeOf } from './support/sandboxes.ts';
import { IDENTITIES, type Identity } from './support/spawn.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'sandbox-linux-'));
  chmodSync(directory, 0o777);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Node, this package and what it is made of, from inside of a sandbox. */
const MODULES = PACKAGE.includes('/packages/') ? dirname(dirname(PACKAGE)) : PACKAGE;

async function attempt(
  as: Identity,
  policy: Partial<Policy>,
  names: readonly string[],
  options: SpawnOptions = {},
) {
  const own = mkdtempSync(join(directory, `${as}-`));
  chmodSync(own, 0o777);
  const { end, stdout, stderr } = await one(as, {
    program: NODE,
    args: [join(FIXTURES, 'attempts.ts'), ...names],
    policy: {
      ...FULL,
      files: { system: true, execute: [dirname(dirname(NODE)), MODULES], write: [own] },
      ...policy,
    },
    options: { cwd: own, ...options },
  });
  const line = stdout.trim();
  if (line === '' && end.reason.type !== 'limit') throw new Error(`${JSON.stringify(end)} ${stderr}`);
  return { end, own, answers: JSON.parse(line || '{}') as Record<string, string> };
}

describe.each(IDENTITIES)('what a sandbox promises, tried from inside as %s', (as) => {
  test('no network: no pair of sockets that can be turned to another address', async () => {
    const names = ['pair stream', 'pair seqpacket', 'pair datagram', 'pair raw'];
    const closed = await attempt(as, {}, names);
    expect(closed.answers).toEqual({
      'pair stream': 'ok',
      'pair seqpacket': 'ok',
      'pair datagram': 'EPERM',
      'pair raw': 'EPERM',
    });
    const unix = await attempt(as, { network: { access: 'none', unixSockets: true } }, names);
    expect(new Set(Object.values(unix.answers))).toEqual(new Set(['ok']));
  });

  test('ports: neither fast open nor a socket that was never bound gets past', async () => {
    const names = ['fast open', 'listen unbound', 'listen given', 'listen other'];
    const network = (bindTcp: number[]): NetworkPolicy => ({ access: 'tcp-ports', connectTcp: [9], bindTcp });
    const given = await attempt(as, { network: network([18_471]) }, names);
    expect(given.answers).toEqual({
      'fast open': 'EPERM',
      'listen unbound': 'EPERM',
      'listen given': 'ok',
      'listen other': 'bind EACCES',
    });
    expect(given.end.refused).toMatchObject({ sendto: 1, listen: 1 });
    expect(outcomeOf(given.end, 'network')).toMatchObject({ status: 'enforced' });
    const none = await attempt(as, { network: network([]) }, [...names, 'listen any port']);
    expect(none.answers['listen unbound']).toBe('EPERM');
    expect(none.answers['listen any port']).toBe('bind EACCES');
    const open = await attempt(as, { network: { access: 'host' } }, [...names, 'listen any port']);
    expect(open.answers).toEqual({
      // the kernel has tried to connect
      'fast open': expect.stringMatching(/^(ok|ECONNREFUSED|EINPROGRESS)$/),
      'listen unbound': 'ok',
      'listen given': 'ok',
      'listen other': 'ok',
      'listen any port': 'ok',
    });
  });

  test.each(['fill memfd', 'fill System V', 'fill page tables'])('memory: %s', async (name) => {
    const limits = { memoryBytes: 256 * 1024 ** 2 };
    // with a cgroup where this user may make one
    const best = await attempt(as, { limits }, [name]);
    const enforced = outcomeOf(best.end, 'limits')?.status === 'enforced';
    if (enforced) expect(best.end.reason).toEqual({ type: 'limit', limit: 'memory' });
    const measured = await attempt(as, { limits }, [name], { withoutCgroups: true });
    expect(outcomeOf(measured.end, 'limits')).toMatchObject({ status: 'measured', missing: [] });
    if (name === 'fill memfd') expect(measured.answers[name]).toBe('ENOSYS');
    else expect(measured.end.reason).toEqual({ type: 'limit', limit: 'memory' });
    const left = cgroupPlaces().flatMap(({ parent }) =>
      readdirSync(parent).filter((entry) => entry.startsWith(`sandbox-linux-`)),
    );
    expect(left.filter((entry) => !existsSync(`/proc/${entry.split('-')[2]}`))).toEqual([]);
  });

  test('memory: files of its own /tmp, and their names', async () => {
    const limits = { memoryBytes: 192 * 1024 ** 2 };
    const files = { ...FULL.files, temporary: true, execute: [dirname(dirname(NODE)), MODULES] };
    for (const name of ['fill /tmp', 'fill /tmp with names']) {
      const { end, answers } = await attempt(as, { limits, files }, [name], {
        withoutCgroups: true,
        cwd: '/tmp',
      });
      if (end.reason.type === 'limit') expect(end.reason.limit).toBe('memory');
      else expect(answers).toEqual({ [name]: 'ENOSPC' });
    }
    const { answers } = await attempt(as, { files }, ['fill /tmp'], { cwd: '/tmp' });
    expect(answers).toEqual({ 'fill /tmp': 'held 512 files' });
  });

  test('memory: pages that the machine has set aside, which nobody counts', async () => {
    const names = ['huge pages', 'a file of huge pages'];
    const limits = { memoryBytes: 256 * 1024 ** 2 };
    const best = await attempt(as, { limits }, names);
    expect(best.answers).toEqual({
      'huge pages': 'ENOMEM',
      'a file of huge pages': expect.stringMatching(/^(ENOMEM|ENOSYS)$/),
    });
    const measured = await attempt(as, { limits }, names, { withoutCgroups: true });
    expect(measured.answers).toEqual({ 'huge pages': 'ENOMEM', 'a file of huge pages': 'ENOSYS' });
    // the kernel has looked at it
    const { answers } = await attempt(as, {}, names);
    expect(answers['huge pages']).toBe('EINVAL');
    expect(answers['a file of huge pages']).not.toMatch(/ENOSYS|EPERM/);
  });

  test('a crash is handed to no program of the machine’s that keeps core dumps', async () => {
    const [one, given] = [
      await attempt(as, {}, ['core dumps']),
      await attempt(as, { limits: { coreBytes: 4096 } }, ['core dumps']),
    ];
    const { hard } = getResourceLimit('CORE');
    const least = (bytes: number): string => `${Math.min(bytes, hard)} ${Math.min(bytes, hard)}`;
    expect(one.answers['core dumps']?.replace(/ +/, ' ')).toBe(least(1));
    expect(given.answers['core dumps']?.replace(/ +/, ' ')).toBe(least(4096));
  });

  test('the terminal stays as it is', async () => {
    const names = ['line discipline of the terminal', 'terminal for itself'];
    const answered = (answer: string) => Object.fromEntries(names.map((name) => [name, answer]));
    expect((await attempt(as, {}, names)).answers).toEqual(answered('EPERM'));
    const deny = DEFAULT_DENIED.filter((name) => name !== '@terminal-injection');
    expect((await attempt(as, { syscalls: { deny } }, names)).answers).toEqual(answered('ENOTTY'));
  });

  test('no file that gives its owner’s or group’s rights away', async () => {
    const names = [
      'set-id open',
      'set-id unnamed',
      'set-id mknod',
      'set-id chmod',
      'set-id openat2',
      'plain chmod',
    ];
    const { answers, own } = await attempt(as, {}, names);
    expect(answers).toEqual({
      'set-id open': 'EPERM',
      'set-id unnamed': 'EPERM',
      'set-id mknod': 'EPERM',
      'set-id chmod': 'EPERM',
      'set-id openat2': 'ENOSYS',
      'plain chmod': 'ok',
    });
    const setId = (path: string) =>
      readdirSync(path).filter((name) => (statSync(join(path, name)).mode & 0o6000) !== 0);
    expect(setId(own)).toEqual([]);
    const deny = DEFAULT_DENIED.filter((name) => name !== '@set-id');
    const loose = await attempt(as, { syscalls: { deny } }, names.slice(0, 4));
    expect(new Set(Object.values(loose.answers))).toEqual(new Set(['ok']));
    expect(setId(loose.own)).toEqual(['by-mknod', 'by-open', 'plain']);
  });
});

test('without a supervisor the outcome says that sockets may listen on ports of the kernel’s choice', async () => {
  const { end } = await one('user', {
    program: 'true',
    policy: {
      ...FULL,
      network: { access: 'tcp-ports', bindTcp: [18_471], enforce: 'best-effort' },
    },
    options: { cwd: '/', unsupervised: true },
  });
  expect(JSON.stringify(end.outcomes)).toContain('never bound');
});
