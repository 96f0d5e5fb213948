import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { changes, fuzzRound } from './fuzz.ts';

/** Each mode once, as root each user too; the whole by `npm run fuzz -- --target syscalls`. */
const PROGRAMS = 12;
const TURNS = process.getuid?.() === 0 ? 8 : 4;

test.each(Array.from({ length: TURNS }, (_, turn) => [turn]))(
  'random system calls change nothing outside and no other job (%i)',
  (turn) => {
    expect(fuzzRound({ seed: 1 + turn, programs: PROGRAMS, turn }).findings).toEqual([]);
  },
);

test('what a program changes outside is found', () => {
  const outside = mkdtempSync(join(tmpdir(), 'pvf-fuzz-'));
  try {
    const victim = join(outside, 'victim');
    writeFileSync(victim, 'secret');
    chmodSync(victim, 0o666);
    expect(changes(outside)).toEqual([]);
    writeFileSync(victim, 'other');
    chmodSync(victim, 0o644);
    writeFileSync(join(outside, 'new'), '');
    expect(changes(outside)).toHaveLength(3);
  } finally {
    rmSync(outside, { recursive: true, force: true });
  }
});
