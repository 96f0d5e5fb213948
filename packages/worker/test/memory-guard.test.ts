import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { openProcDirectory } from '@pvf/sandbox-linux';
import { describe, expect, it } from 'vitest';
import { MemoryGuard, memoryReader } from '../src/children/memory-guard.ts';

const MIB = 1024 * 1024;
const MS = 1e6;

describe('the guard of a job’s memory', () => {
  /** One that was forked with 100 MiB and may add 6,400, which takes 100 ms at least; what it holds is in `held`. */
  function guard(heldByTemplate = 0) {
    const state = { heldMib: 100, reads: 0 };
    const readMemory = () => {
      state.reads++;
      return state.heldMib * MIB;
    };
    const limits = { memoryLimitBytes: 6_400 * MIB, readMemory };
    return { state, guard: new MemoryGuard(1, { forkedWith: 100 * MIB, heldByTemplate }, limits) };
  }

  it('does not look while the CPU time used leaves no room for too much', () => {
    const { state, guard: watched } = guard();
    expect(watched.look(0)).toBe(100);
    expect(watched.look(60 * MS)).toBe(40);
    expect(state.reads).toBe(0);
  });

  it('looks then, the sooner again the nearer the limit is', () => {
    const { state, guard: watched } = guard();
    expect(watched.look(101 * MS)).toBe(100);
    state.heldMib = 6_100;
    expect(watched.look(200 * MS)).toBe(6);
    state.heldMib = 6_500;
    expect(watched.look(200 * MS)).toBe(1);
    state.heldMib = 6_501;
    expect(watched.look(200 * MS)).toBe(0);
  });

  it('counts what a template holds, twice: it may be there twice', () => {
    const { state, guard: watched } = guard(1_600 * MIB);
    expect(watched.look(0)).toBe(50);
    state.heldMib = 4_901;
    expect(watched.look(60 * MS)).toBe(0);
  });

  it('has nothing to do without a limit', () => {
    expect(new MemoryGuard(1, { forkedWith: 0 }, {}).look(1e12)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('what /proc says of memory', () => {
  it('is read where it has the pids of this process’s namespace', () => {
    const read = memoryReader(openProcDirectory());
    expect(read(process.pid)).toBeGreaterThan(MIB);
    expect(read(2 ** 22 + 1)).toBeUndefined();
  });

  it('is not where it has others, so that no process is taken for another', () => {
    const script = join(import.meta.dirname, 'fixtures/memory-of-another-namespace.ts');
    const { stdout, stderr } = spawnSync('unshare', ['-Urpf', process.execPath, '--no-warnings', script], {
      encoding: 'utf8',
    });
    expect([stdout, stderr]).toEqual(['own pid 1: unread\n', '']);
  });
});
