import { describe, expect, test } from 'vitest';
import { sharedMappings } from '../src/index.ts';
import { FORKABLE_FLAGS, IDENTITIES, runCase, spawnFixture } from './support/spawn.ts';

const SIGSEGV = 11;
/** A page of `createSharedPage`. */
const ANONYMOUS = 'rw-s /dev/zero (deleted)';

describe.each(IDENTITIES)('restricting this process, as %s', (as) => {
  const run = (name: string, flags: readonly string[] = []): unknown =>
    runCase('restrict', name, { as, alone: true, flags });

  test('system calls, limits, environment and user reach every thread of an ordinary Node', () => {
    expect(run('with-threads')).toEqual({
      threads: true,
      outcomes: ['syscalls enforced', 'limits enforced', 'privileges enforced', 'environment enforced'],
      files: 'read',
      listen: 'EPERM',
      exec: 'EPERM',
      env: ['A', 'PATH'],
      uid: process.getuid?.() === 0 ? 65_534 : process.getuid?.(),
    });
  });

  test('a filter that would have the event loop abort is refused, with the reason and the way that works', () => {
    // a kernel or container without io_uring has nothing to refuse
    const ring = sharedMappings().some(({ name }) => name.includes('[io_uring]'));
    const answer = run('refuses');
    if (ring) expect(answer).toMatch(/io_uring.*restart: true.*spawnSandboxed/);
    else expect(answer).toBe('restricted');
  });

  test('started anew, all of an ordinary Node is restricted, and its event loop works', () => {
    expect(run('restarted')).toEqual({
      samePid: true,
      threads: true,
      outcomes: ['network', 'files', 'scopes', 'syscalls', 'privileges', 'environment'].map(
        (layer) => `${layer} enforced`,
      ),
      files: 'EACCES',
      allowed: 'read',
      listen: 'EPERM',
      child: 'ok',
      env: ['A', 'PATH'],
      capabilities: '0000000000000000',
      arguments: ['restarted'],
    });
  });

  test('what cannot reach every thread is an error before anything has changed', () => {
    expect(run('landlock-with-threads')).toEqual(['LAYER_UNAVAILABLE', 'files']);
  });

  test('root has to become a user, or to end its threads first', () => {
    expect(run('root-with-threads')).toEqual(
      as === 'root' ? ['LAYER_UNAVAILABLE', 'privileges'] : ['limits enforced', 'privileges enforced'],
    );
  });

  test('with one thread every layer applies', () => {
    expect(run('one-thread', FORKABLE_FLAGS)).toEqual({
      remaining: 0,
      outcomes: ['namespaces', 'network', 'files', 'scopes', 'syscalls', 'limits', 'privileges'].map(
        (layer) => `${layer} enforced`,
      ),
      allowed: 'ok',
      refused: 'EACCES',
      host: 'restricted',
      capabilities: '0000000000000000',
      interfaces: 1,
    });
  });
});

describe.each(IDENTITIES)('forking under a policy, as %s', (as) => {
  test('every layer applies to the fork', () => {
    expect(runCase('fork-sandboxed', 'everything', { as })).toEqual({
      // the CPU time is that of each process by itself
      outcomes: ['namespaces', 'network', 'files', 'scopes', 'syscalls', 'limits', 'privileges'].map(
        (layer) => `${layer} ${layer === 'limits' ? 'measured' : 'enforced'}`,
      ),
      answer: [1, 'EACCES', 'EACCES'],
      exited: 0,
    });
  });

  test('a violation kills the fork and nothing else', () => {
    expect(runCase('fork-sandboxed', 'violation', { as })).toEqual({
      outcomes: ['network enforced', 'syscalls enforced', 'privileges enforced'],
      answer: null,
      signaled: 31,
    });
  });

  test('no shared memory is left but what is to be kept', () => {
    expect(runCase('fork-sandboxed', 'shared', { as })).toEqual({
      before: ['r--s /memfd:shared (deleted)', 'rw-s /memfd:shared (deleted)', ANONYMOUS, ANONYMOUS],
      answer: [ANONYMOUS],
      kept: 4096,
      lost: 4096,
    });
  });

  // Without io_uring (kernel.io_uring_disabled, a container's filter) Node has none, and neither can do it.
  test('the parent does not act for it through its io_uring, as for a fork that shares it', () => {
    const run = (how: string) => {
      const { stdout, stderr } = spawnFixture('ring-escape', { as, args: [how] });
      expect(stderr).toBe('');
      return JSON.parse(stdout) as { rings: number; made: boolean; signaled?: number };
    };
    const shared = run('shared');
    expect(shared.made).toBe(shared.rings > 0);
    const { made, signaled } = run('sandboxed');
    expect([made, signaled]).toEqual([false, shared.rings > 0 ? SIGSEGV : undefined]);
  });

  test('a layer that cannot be had is an error before the first fork', () => {
    expect(runCase('fork-sandboxed', 'unavailable', { as })).toBe('LAYER_UNAVAILABLE');
  });
});
