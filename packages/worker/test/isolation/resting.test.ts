import { describe, expect, it } from 'vitest';
import { runRogue } from './run-rogue.ts';
import { USERS } from './users.ts';

const ANSWER = JSON.stringify([{ type: 'exited', status: 0 }, [7]]);
const MODEST = { own: 'rests', other: ANSWER, hoards: false };
/** It may be found by the call that concerns it or by another one's, and on a busy machine takes long to stop. */
const WHY = 'ended|it holds more memory than it may at rest|it does not stop';
const ENDED = { ...MODEST, own: expect.stringMatching(`^(${WHY})$`) };
/** As far as it comes before it is stopped. */
const ENDED_IF_IT_TOOK = { ...MODEST, own: expect.stringMatching(`^(rests|${WHY})$`) };
const HOARDS = { own: 'rests', other: ANSWER, hoards: true };
const all = (outcome: unknown) => ({
  memory: outcome,
  memoryOfItsJob: outcome,
  pageTables: outcome,
  pageTablesOfItsJob: outcome,
});

describe.each(USERS)('what templates that have been taken over hold at rest, run by $name', ({ uid }) => {
  it('is what they are kept for', () => {
    expect(runRogue('resting.runner.ts', { namespaces: true, measured: true }, uid)).toEqual({
      first: ANSWER,
      idle: { ...all(ENDED_IF_IT_TOOK), modest: MODEST, memory: ENDED, pageTables: ENDED },
      whileCalled: { ...all(ENDED_IF_IT_TOOK), modest: MODEST },
      atRest: all(ENDED),
      left: 0,
    });
  });

  it('would be what they like, if nobody looked', () => {
    expect(runRogue('resting.runner.ts', { namespaces: true, measured: false }, uid)).toEqual({
      first: ANSWER,
      idle: { memory: HOARDS, pageTables: HOARDS },
      atRest: all(HOARDS),
      left: 0,
    });
  });
});
