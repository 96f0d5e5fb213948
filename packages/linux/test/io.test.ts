import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { IDENTITIES, runCase } from './support/spawn.ts';

function hugePagesAllowed(): boolean {
  try {
    return !readFileSync('/sys/kernel/mm/transparent_hugepage/enabled', 'latin1').includes('[never]');
  } catch {
    return false;
  }
}

describe.each(IDENTITIES)('descriptors as %s', (as) => {
  test('a pipe is read in parts, to its end, with and without blocking', () => {
    expect(runCase('io', 'pipe', { as })).toEqual({
      closesOnExec: [true, true],
      empty: -1,
      first: [8, 'hello wo'],
      unread: [3, 3],
      rest: 3,
      text: 'rld',
      closed: 0,
      after: 'EBADF',
    });
  });

  test('the code of the program moves to huge pages, where there are any', () => {
    const { bytes, huge, exited } = runCase('io', 'huge-code', { as }) as Record<string, number>;
    expect(exited).toBe(7);
    expect(huge).toBeLessThanOrEqual(bytes!);
    expect(bytes! > 0).toBe(hugePagesAllowed());
  });

  test('writing to a pipe without a reader is an error, no signal', () => {
    expect(runCase('io', 'broken-pipe', { as })).toBe('EPIPE');
  });

  test('a write larger than the pipe waits for the reader', () => {
    expect(runCase('io', 'large-write', { as })).toEqual({ n: 3_000_000, last: 7, exited: 0 });
  });

  test('poll tells what is ready of several descriptors', () => {
    expect(runCase('io', 'poll', { as })).toEqual({
      none: [0, 0, 0, 0],
      both: [2, 0x10, 1, 0],
      all: 100,
      tiny: 0,
      bad: [1],
    });
  });

  test('all descriptors close but the ones to keep', () => {
    expect(runCase('io', 'close-all', { as })).toEqual({
      answer: { left: [0, 1, 3, 5, 6, 10, 17, 21, 23], below: true },
      exited: 0,
    });
    expect(runCase('io', 'close-all-of-all', { as })).toEqual({ exited: 0 });
  });

  test('a descriptor can be moved to a number', () => {
    expect(runCase('io', 'duplicate', { as })).toEqual({ answer: 1, exited: 0 });
  });

  test('a Unix socket is connected, used and removed without an event loop', () => {
    expect(runCase('io', 'socket', { as })).toEqual({
      got: 'ping',
      exited: 0,
      removed: [true, false],
      gone: 'ENOENT',
      tooLong: 'INVALID_ARGUMENT',
      longest: 'ENOENT',
    });
  });

  test('memory is shared through a descriptor, and read-only where it should be', () => {
    expect(runCase('io', 'memfd', { as })).toEqual({
      seen: [1, 2, 1 << 20],
      child: { answer: [1, 9], exited: 0 },
      fromChild: 9,
      writeToReadOnly: { signaled: 11 },
      refused: 'EACCES',
      busy: 'EBUSY',
      seals: ['seal', 'shrink', 'grow', 'write'],
      grow: 'EPERM',
      map: 'EPERM',
      empty: 'INVALID_ARGUMENT',
      execute: false,
    });
  });

  test('memory of files counts as resident, and not as allocated', () => {
    expect(runCase('io', 'resident', { as })).toEqual([1, 0, 1]);
  });

  test('a file is mapped to be read only, whole or not at all', () => {
    expect(runCase('io', 'mapPrivate', { as })).toEqual({
      seen: [10_000, 120, 120],
      written: { signaled: 11 },
      read: 'xx',
      unmapped: { signaled: 11 },
      short: 'EFAULT',
      empty: 'INVALID_ARGUMENT',
    });
  });

  test('paths that are wrong or absent are typed errors', () => {
    expect(runCase('io', 'files', { as })).toEqual([
      true,
      'ENOENT',
      -2,
      'INVALID_ARGUMENT',
      'INVALID_ARGUMENT',
    ]);
  });
});
