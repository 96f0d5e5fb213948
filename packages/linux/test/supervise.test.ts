import { describe, expect, test } from 'vitest';
import { IDENTITIES, runCase } from './support/spawn.ts';

describe.each(IDENTITIES)('judging the calls of a forked job, as %s', (as) => {
  const run = (name: string): unknown => runCase('supervise', name, { as });

  test('a forbidden call is named and the job killed', () => {
    expect(run('named-and-killed')).toEqual({
      names: ['getppid'],
      signaled: 9,
      answer: null,
      parentHasListener: true,
    });
  });

  test('calls can be refused or let go on', () => {
    expect(run('refused')).toMatchObject({
      names: ['getppid', 'socket'],
      exited: 0,
      answer: ['EACCES', 'EACCES', 'ok'],
    });
    expect(run('continued')).toMatchObject({ names: ['getppid'], exited: 0, answer: 'ok' });
  });

  test('the job does not hold its own listener', () => {
    expect(run('listener-is-not-the-jobs')).toMatchObject({
      exited: 0,
      answer: false,
      parentHasListener: true,
    });
  });

  test('a later filter that kills is stricter than the supervisor', () => {
    expect(run('second-stage-kills')).toMatchObject({ names: [], signaled: 31 });
  });

  test('many jobs leak no descriptor', () => {
    expect(run('no-leak')).toBe(true);
  });

  test('there is one supervisor at most', () => {
    expect(run('twice')).toMatchObject({ signaled: 31 });
  });
});
