import { expect, it } from 'vitest';
import { Shares } from '../../src/execute/shares.ts';
import type { ExecutionKind } from '../../src/index.ts';
import { KINDS } from '../../src/kinds.ts';

const LETTERS: Record<ExecutionKind, string> = {
  dispute: 'd',
  approval: 'a',
  'backing-system': 's',
  backing: 'b',
};

/** Two windows of twelve, when the kinds of these letters always have work. */
it.each([
  ['d', 'dddddddddddd', 'dddddddddddd'],
  ['a', 'aaaaaaaaaaaa', 'aaaaaaaaaaaa'],
  ['s', 'ssssssssssss', 'ssssssssssss'],
  ['b', 'bbbbbbbbbbbb', 'bbbbbbbbbbbb'],
  ['da', 'dadddddddddd', 'dadddddddddd'],
  ['ds', 'dsdddddddddd', 'dsdddddddddd'],
  ['db', 'dbdddddddddd', 'dbdddddddddd'],
  ['as', 'asaaaaaaaaaa', 'asaaaaaaaaaa'],
  ['ab', 'abaaaaaaaaaa', 'abaaaaaaaaaa'],
  ['sb', 'sbssssssssss', 'sbssssssssss'],
  ['das', 'daddsddaddad', 'daddsddaddad'],
  ['dab', 'daddbddaddad', 'daddbddaddad'],
  ['dsb', 'dsddbddsddsd', 'dsddbddsddsd'],
  ['asb', 'asaaabaaaasa', 'asaaabaaaasa'],
  ['dasb', 'daddsddaddad', 'daddsddaddad'],
])('of %s the order is exactly %s', (letters, ...windows) => {
  const waiting = KINDS.filter((kind) => letters.includes(LETTERS[kind]));
  const shares = new Shares();
  const order = Array.from({ length: 24 }, () => {
    const kind = shares.next((each) => waiting.includes(each));
    if (kind === undefined) return '?';
    shares.scheduled(kind);
    return LETTERS[kind];
  });
  expect(order.join('')).toBe(windows.join(''));
});

it('of nothing is nothing', () => {
  expect(new Shares().next(() => false)).toBeUndefined();
});
