import { describe, expect, test } from 'vitest';
import { IDENTITIES, runCase } from './support/spawn.ts';

describe.each(IDENTITIES)('identity as %s', (as) => {
  test('no_new_privs can be set and is seen', () => {
    expect(runCase('identity', 'no-new-privileges', { as })).toEqual([false, true, '1']);
  });

  test('a process can be made undumpable', () => {
    expect(runCase('identity', 'dumpable', { as })).toEqual([true, false]);
  });

  test('a child dies with its parent', () => {
    expect(runCase('identity', 'parent-death', { as })).toBe(0);
  });

  test('who blocks signals is ended by SIGKILL alone', () => {
    expect(runCase('identity', 'block-signals', { as })).toEqual({ signaled: 9 });
  });

  test('ids change for good, or so that they can be gone back to', () => {
    const isRoot = as === 'root';
    expect(runCase('identity', 'ids', { as })).toEqual(
      isRoot
        ? [
            ['4321 4321 0 4321', '1234 1234 1234 1234', ''],
            ['4321 4321 4321 4321', '1234 1234 1234 1234', ''],
            'EPERM',
          ]
        : ['EPERM', 'EPERM'],
    );
  });

  test('several ids are mapped from outside, by root', () => {
    expect(runCase('identity', 'several-ids', { as })).toEqual(
      as === 'root' ? ['ok', '7 0 1 8 70000 1'] : ['EPERM', ''],
    );
  });

  test('a new session is led once', () => {
    expect(runCase('identity', 'session', { as })).toEqual([true, true, true, false]);
  });

  test('umask, niceness, name, pids and address randomisation', () => {
    expect(runCase('identity', 'misc', { as })).toEqual({
      umask: 0o077,
      nice: 19,
      name: 'a thread name t',
      pid: true,
      parent: true,
      random: true,
      fixed: false,
    });
  });

  test('no capability is left, of root’s or of a new user namespace’s', () => {
    expect(runCase('identity', 'capabilities', { as })).toEqual({
      effective: '0',
      sets: [0, 0, 0, 0],
      bounding: true,
      inBounding: false,
      chroot: 'EFAULT',
    });
    expect(runCase('identity', 'capabilities-of-a-new-namespace', { as })).toEqual([true, '0', 'EPERM']);
  });

  test('ids are mapped once', () => {
    expect(runCase('identity', 'id-map', { as })).toEqual({
      unmapped: 65_534,
      uid: 1234,
      gid: 1234,
      again: 'EPERM',
    });
  });

  test('the machine’s name is the namespace’s own', () => {
    expect(runCase('identity', 'host-name', { as })).toBe('nowhere');
  });

  test('a process moves itself into new namespaces', () => {
    expect(runCase('identity', 'unshare', { as })).toEqual({ uid: 0, childPid: 1, again: 'ok' });
  });

  test('a new root hides the old one and is as restricted as asked', () => {
    expect(runCase('identity', 'pivot-root', { as })).toEqual({
      readOnly: {
        answer: {
          options: ['ro', 'nosuid', 'nodev', 'noexec'],
          root: ['file', 'writable'],
          up: ['file', 'writable'],
          file: 'text',
          write: 'EROFS',
          cwd: '/',
          escape: 'EPERM',
        },
        exited: 0,
      },
      writable: { answer: ['new'], exited: 0 },
      outside: ['new'],
      errors: as === 'root' ? 'ENOENT' : 'EPERM',
    });
  });

  test('resource limits hold and read back', () => {
    expect(runCase('identity', 'limits', { as })).toEqual({
      values: [
        [20, '30'],
        [0, '0'],
        [2 ** 40, 'Infinity'],
      ],
      opened: true,
      refused: -24,
      bad: ['INVALID_ARGUMENT', 'INVALID_ARGUMENT', 'INVALID_ARGUMENT'],
      inverted: 'EINVAL',
    });
  });

  test('RLIMIT_NPROC 0 stops forking, except for root, which the kernel exempts', () => {
    expect(runCase('identity', 'no-processes', { as })).toBe(as === 'root' ? 'ok' : 'EAGAIN');
  });

  test('the kernel ends a process that has used its CPU seconds', () => {
    expect(runCase('identity', 'cpu-limit', { as })).toEqual({ signaled: 9, seconds: 1 });
  });
});
