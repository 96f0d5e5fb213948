import { describe, expect, test } from 'vitest';
import { MAX_FORK_ACCIDENTS } from '../src/policy/fork-accidents.ts';
import { IDENTITIES, spawnFixture } from './support/spawn.ts';

describe.each(IDENTITIES)('a fork that dies of a page which it lacks, as %s', (as) => {
  const run = (of: string, times: number): unknown => {
    const { stdout, stderr } = spawnFixture('fork-accident', { as, args: [of, `${times}`] });
    const line = stdout.split('\n').find((text) => text.startsWith('RESULT '));
    if (line === undefined) throw new Error(`${stdout}${stderr}`);
    return (JSON.parse(line.slice('RESULT '.length)) as Record<string, unknown>)[of];
  };
  const well = { init: 0, reason: { type: 'exited', code: 0 } };

  test.each<[string, unknown, unknown]>([
    ['plain', 7, 'signal 11'],
    ['init', well, { init: 'signal 11' }],
    ['program', well, { init: 0, reason: { type: 'signaled', signal: 11 } }],
  ])('%s: is made anew, but not for ever', (of, again, never) => {
    expect(run(of, MAX_FORK_ACCIDENTS)).toEqual(again);
    expect(run(of, MAX_FORK_ACCIDENTS + 1)).toEqual(never);
  });
});
