import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kindWord, outcomeWord, reasonSentence, voteWord } from '../../dashboard/src/words/outcomes.ts';
import { oneLine, printable, shorten } from '../../dashboard/src/words/printable.ts';
import { bound, count, duration, percent, plural, shortHash, size } from '../../dashboard/src/words/units.ts';

describe('words of guests', () => {
  test('controls, overrides of direction, invisible characters and lone surrogates are told by their number', () => {
    expect(printable('a\u0000b\u001b[31mc')).toBe('a⟨0⟩b⟨1B⟩[31mc');
    expect(printable('user\u202Etxt.exe')).toBe('user⟨202E⟩txt.exe');
    expect(printable('\u2066\u200b\u2028\ud800')).toBe('⟨2066⟩⟨200B⟩⟨2028⟩⟨D800⟩');
    expect(printable('lines\r\nand\ttabs stay')).toBe('lines\nand\ttabs stay');
  });

  test('a tower of accents is cut off', () => {
    expect(printable(`e${'\u0301'.repeat(500)}x`)).toBe(`e${'\u0301'.repeat(3)}⟨…⟩x`);
  });

  test('whatever it is, nothing unshowable is left, and one line is one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(printable(text)).not.toMatch(/[^\P{C}\n\t]|[\u2028\u2029]/u);
        expect(oneLine(text, 50)).not.toMatch(/\n/);
        expect(shorten(text, 10).shown.length + shorten(text, 10).missing).toBe(text.length);
      }),
    );
  });

  test('a long text is cut between characters and says that it goes on', () => {
    expect(shorten('ab😀cd', 3)).toEqual({ shown: 'ab', missing: 4 });
    expect(oneLine('x'.repeat(500), 20)).toBe(`${'x'.repeat(20)}…`);
    expect(oneLine('short\n  lines', 200)).toBe('short | lines');
  });
});

test('outcomes, votes, kinds and reasons have words; an unknown one is shown as it is, whatever its name', () => {
  expect(outcomeWord('possibly-invalid')).toMatchObject({ label: 'Possibly invalid', tone: 'doubt' });
  expect(voteWord('unchecked').label).toBe('No receipt, no vote');
  expect(kindWord('backing-system')).toBe('Backing, system chain');
  expect(reasonSentence('cpu-timeout')).toMatch(/CPU time/);
  for (const name of ['of-tomorrow', 'constructor', '__proto__', 'toString']) {
    expect(outcomeWord(name)).toMatchObject({ label: name, tone: 'plain' });
    expect(voteWord(name).label).toBe(name);
    expect(kindWord(name)).toBe(name);
    expect(reasonSentence(name)).toBeUndefined();
  }
});

test('numbers are told with their units, and unknown ones as a dash', () => {
  expect(count(1_234_567)).toBe('1,234,567');
  expect(plural(1, 'job')).toBe('1 job');
  expect(plural(2, 'job waits', 'jobs wait')).toBe('2 jobs wait');
  expect([size(1), size(9_000), size(12_300_000), size(3 * 2 ** 30)]).toEqual([
    '1 byte',
    '8.8 KiB',
    '11.7 MiB',
    '3.00 GiB',
  ]);
  expect([duration(0.25), duration(950), duration(3_710), duration(250_000), duration(11_100_000)]).toEqual([
    '0.3 ms',
    '950 ms',
    '3.71 s',
    '4 min 10 s',
    '3 h 5 min',
  ]);
  expect([bound(0.0025), bound(0.25), bound(12), bound(360), bound(Number.POSITIVE_INFINITY)]).toEqual([
    '2.5 ms',
    '0.25 s',
    '12 s',
    '6 min',
    'more',
  ]);
  expect([count(undefined), size(undefined), duration(undefined), percent(undefined), shortHash('')]).toEqual(
    ['–', '–', '–', '–', '–'],
  );
  expect(shortHash(`0x${'ab'.repeat(32)}`)).toBe('0xabababab…abab');
});

test('nearly all is not told as all', () => {
  expect([percent(1), percent(0.9999), percent(0.315), percent(0.004), percent(0)]).toEqual([
    '100 %',
    '99.9 %',
    '32 %',
    '0.4 %',
    '0 %',
  ]);
});
