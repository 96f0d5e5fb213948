import { describe, expect, test } from 'vitest';
import { FORKABLE_FLAGS, IDENTITIES, LOCKABLE_FLAGS, runCase, spawnFixture } from './support/spawn.ts';

const COLLECTED_FLAGS = [...FORKABLE_FLAGS, '--expose-gc'];

describe.each(IDENTITIES)('fork as %s', (as) => {
  test('a forkable Node has no other thread left, and still none later', () => {
    expect(runCase('fork', 'threads', { as })).toEqual({ ended: { ended: 2, remaining: 0 }, now: 1 });
  });

  test('a Node whose threads are in use keeps them', () => {
    expect(runCase('needs-flags', 'default', { as, flags: [] })).toBe('NOT_SINGLE_THREADED');
  });

  test('a process without its threads leaves its event loop and exits', () => {
    const run = spawnFixture('ends-by-event-loop', { as });
    expect([run.status, run.signal, run.stdout]).toEqual([3, null, 'timer\nearlier listener\n']);
  });

  test('every way out of the body is an _exit with its own status', () => {
    expect(runCase('fork', 'ends', { as })).toEqual({
      zero: { exited: 0 },
      seven: { exited: 7 },
      exception: { exited: 113 },
      overflow: { exited: 113 },
      undefinedStatus: { exited: 114 },
      tooLarge: { exited: 114 },
      killed: { signaled: 9 },
      loopInCatch: { exited: 9 },
    });
  });

  test('a child in all namespaces is pid 1, nobody, and has no network but a dead loopback', () => {
    expect(runCase('fork', 'namespaces', { as })).toEqual({
      answer: { pid: 1, parent: 0, uid: 65_534, interfaces: ['lo'] },
      exited: 0,
    });
  });

  test('each namespace is made alone when asked for alone', () => {
    expect(runCase('fork', 'each-namespace', { as })).toEqual({
      user: ['user'],
      mount: ['user', 'mount'],
      pid: ['user', 'pid'],
      net: ['user', 'net'],
      ipc: ['user', 'ipc'],
      uts: ['user', 'uts'],
      cgroup: ['user', 'cgroup'],
    });
  });

  test('the child has the parent’s heap and can collect garbage', () => {
    expect(runCase('fork', 'heap', { as })).toEqual({
      answer: { total: 1_000_000, last: 'item 999' },
      exited: 0,
    });
  });

  test('a heap that was gathered stays so, in children too', () => {
    expect(runCase('fork', 'gathered', { as, flags: COLLECTED_FLAGS, alone: true })).toEqual({
      done: true,
      fewer: true,
      grown: true,
      child: { answer: { kept: 200_000, scattered: true }, exited: 0 },
    });
  });

  test('without gc, or under a limit of the address space, the heap stays where it is', () => {
    expect(runCase('fork', 'gathered', { as, alone: true })).toMatchObject({ done: false });
    const limited = runCase('fork', 'not-gathered', { as, flags: COLLECTED_FLAGS, alone: true });
    expect(limited).toEqual({ done: false, left: 0 });
  });

  test('hundreds of forks fail not once and leak no descriptor', () => {
    expect(runCase('fork', 'many', { as, alone: true })).toEqual({ failures: 0, descriptors: true });
  });

  test('a child can be watched without hanging and reaped once', () => {
    expect(runCase('fork', 'no-hang', { as })).toEqual({
      running: true,
      early: 0,
      late: 1,
      revents: 1,
      exited: 4,
      again: 'ECHILD',
    });
  });

  test('CPU time and resident memory of a child are read while it runs', () => {
    expect(runCase('fork', 'clocks', { as })).toEqual({
      cpuAtLeast60ms: true,
      usageAgrees: true,
      rssAtLeast1MB: true,
      maxRss: true,
      killed: true,
      signaled: 9,
      gone: [null, null, false],
    });
  });

  test('forking and locking code work after the root has changed and /proc is gone', () => {
    expect(runCase('fork', 'after-pivot-root', { as, flags: LOCKABLE_FLAGS, alone: true })).toEqual({
      answer: {
        inner: { answer: { pid: 1, root: [], locked: true }, exited: 0 },
        rss: true,
        write: 'EROFS',
      },
      exited: 0,
      left: 'ENOENT',
    });
  });

  test('a refused clone is an error with its errno and a remedy', () => {
    expect(runCase('fork', 'clone-refused', { as })).toEqual({
      code: 'SYSCALL_FAILED',
      meta: { syscall: 'clone', errno: 1, errnoName: 'EPERM', target: 'user, net' },
      remedy: true,
    });
  });

  test('an unknown namespace is refused before anything happens', () => {
    expect(runCase('fork', 'bad-namespace', { as })).toBe('INVALID_ARGUMENT');
  });
});
