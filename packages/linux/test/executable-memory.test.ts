import { describe, expect, test } from 'vitest';
import { IDENTITIES, LOCKABLE_FLAGS, runCase } from './support/spawn.ts';

const SIGSYS = 31;
describe.each(IDENTITIES)('W^X as %s', (as) => {
  const run = (name: string): unknown => runCase('executable-memory', name, { as, flags: LOCKABLE_FLAGS });

  test('every writable and executable mapping is found and changed', () => {
    expect(run('finds-all')).toEqual({ before: true, answer: { changed: true, result: 0 }, exited: 0 });
  });

  test('a kernel that cannot be asked for mappings is read line by line', () => {
    expect(run('old-kernel')).toEqual([true, 0]);
  });

  test('compiled wasm and the interpreter go on under Landlock, an allowlist and the lock', () => {
    expect(run('wasm-runs-on')).toEqual({ answer: { changed: true, result: 610 }, exited: 0 });
    expect(run('interpreter-runs-on')).toEqual({ answer: { changed: true, result: true }, exited: 0 });
  });

  test('any way to new machine code kills the job', () => {
    expect(run('new-code-dies')).toEqual({
      mmap: { answer: null, signaled: SIGSYS },
      mprotect: { answer: null, signaled: SIGSYS },
      pkeyMprotect: { answer: null, signaled: SIGSYS },
      wasm: { answer: null, signaled: SIGSYS },
    });
  });

  test('code that is there cannot be written', () => {
    expect(run('code-cannot-be-written')).toEqual({ answer: 'EFAULT' });
  });

  test('it works in a new root, in new pid and mount namespaces and under Landlock, by the kept /proc', () => {
    expect(run('in-a-new-root')).toEqual({ answer: { changed: true, result: 55 }, exited: 0 });
  });
});
