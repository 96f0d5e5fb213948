import { describe, expect, test } from 'vitest';
import { IDENTITIES, runCase } from './support/spawn.ts';

const SIGSYS = 31;

describe.each(IDENTITIES)('seccomp as %s', (as) => {
  test('each action does to a call what it says', () => {
    expect(runCase('seccomp', 'actions', { as })).toEqual({
      'kill-process': { answer: null, signaled: SIGSYS },
      'kill-thread': { answer: null, signaled: SIGSYS },
      trap: { answer: null, signaled: SIGSYS },
      log: { answer: 'EFAULT', exited: 0 },
      trace: { answer: 'ENOSYS', exited: 0 },
      allow: { answer: 'EFAULT', exited: 0 },
    });
  });

  test('a call can be failed with the errno of its rule or of the filter', () => {
    expect(runCase('seccomp', 'errno', { as })).toEqual({ answer: ['EACCES', 'ENOSYS', 'ok'], exited: 0 });
  });

  test('an allowlist keeps V8 alive and kills at the first other call', () => {
    expect(runCase('seccomp', 'allowlist', { as })).toEqual({
      inside: { answer: 'alive', exited: 0 },
      outside: { answer: null, signaled: SIGSYS },
    });
  });

  test('a call with an x32 number kills under a deny list', () => {
    expect(runCase('seccomp', 'thirty-two-bit-numbers', { as })).toEqual({ answer: null, signaled: SIGSYS });
  });

  test('a later filter takes nothing back', () => {
    expect(runCase('seccomp', 'only-gets-stricter', { as })).toEqual({ answer: 'EPERM', exited: 0 });
  });

  test('the second stage refuses executable memory and nothing else', () => {
    expect(runCase('seccomp', 'no-new-code', { as })).toEqual({
      answer: ['ok', 'EPERM', 'EPERM', 'EPERM', 'ok'],
      exited: 0,
    });
  });

  test('without no_new_privs only a privileged process may install one', () => {
    expect(runCase('seccomp', 'without-no-new-privileges', { as })).toEqual({
      answer: as === 'root' ? 'ok' : 'EACCES',
      exited: 0,
    });
  });

  test('a filter for another architecture is refused', () => {
    expect(runCase('seccomp', 'foreign-architecture', { as })).toBe('UNSUPPORTED_ARCHITECTURE');
  });

  test('even the end of the process is a call', () => {
    expect(runCase('seccomp', 'exits-with-sigsys', { as })).toEqual({ signaled: SIGSYS });
  });

  test('the kernel knows every action in use', () => {
    expect(runCase('seccomp', 'available', { as })).toEqual([true, true, true, true, true, true]);
  });

  test('a filter can be put on all threads of an ordinary Node', () => {
    expect(runCase('seccomp-all-threads', 'results', { as, flags: [] })).toEqual(['EPERM']);
  });
});
