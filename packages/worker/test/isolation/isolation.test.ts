import { landlockAbi } from '@pvf/sandbox-linux';
import { describe, expect, it } from 'vitest';
import { ATTEMPTS } from './attempts/index.ts';
import { surprises } from './check.ts';
import { EXPECTED } from './expected.ts';
import { ALL_MODES, CONTROL } from './modes.ts';
import { takeOver } from './take-over.ts';
import { USERS } from './users.ts';
import { fateOf } from './verdicts.ts';

/** What the machines that run these tests must have: TCP rules and the scopes for signals and abstract sockets. */
const NEEDED_LANDLOCK_ABI = 6;

it('this machine has what the suite needs', () => {
  expect(landlockAbi()).toBeGreaterThanOrEqual(NEEDED_LANDLOCK_ABI);
});

it('every attempt has a name of its own and an expected result', () => {
  expect(ATTEMPTS.length).toBeGreaterThanOrEqual(80);
  expect(ATTEMPTS.map(({ name }) => name)).toEqual(Object.keys(EXPECTED));
});

describe.each(USERS)('a job that has been taken over, run by $name', ({ uid }) => {
  it.each(ALL_MODES.filter((mode) => mode !== CONTROL))('is stopped as expected: $name', (mode) => {
    expect(surprises(mode, takeOver(mode, 'attempts', uid))).toEqual([]);
  });
});

/** Of the attempts that a layer is said to stop alone, most must succeed where there is no layer at all. */
const MOST = 0.9;

it('could do almost everything without any layer', () => {
  const outcomes = takeOver(CONTROL, 'attempts', USERS[0]!.uid).filter(
    ({ name }) => EXPECTED[name]!.alone.length > 0,
  );
  const done = outcomes.filter((outcome) => fateOf(outcome) === 'done');
  expect(done.length / outcomes.length).toBeGreaterThan(process.getuid!() === 0 ? MOST : MOST / 2);
});
