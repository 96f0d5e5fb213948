// The judge of the loads under kills (npm run soak, verify/reference/mixed.mjs): what passes, what counts as undecided, what is wrong.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Judge } from '../../verify/soak/judge.mjs';

const valid = { file: 'a.json', expectedJob: { ok: { head: '0102' } } };
const refused = { file: 'b.json', expectedJob: { InvalidCandidate: 'trap' } };
const head = Uint8Array.of(1, 2);

describe('judge of a load under kills', () => {
  for (const [what, candidate, said, count] of [
    ['the recorded head', valid, { answer: 'Ok', head }, 'right'],
    ['another head', valid, { answer: 'Ok', head: Uint8Array.of(1, 3) }, 'wrong'],
    ['a longer head', valid, { answer: 'Ok', head: Uint8Array.of(1, 2, 3) }, 'wrong'],
    ['no head', valid, { answer: 'Ok' }, 'wrong'],
    ['a refusal of what is valid', valid, { answer: 'InvalidCandidate' }, 'wrong'],
    ['the recorded refusal', refused, { answer: 'InvalidCandidate' }, 'right'],
    ['what is to be refused, passed', refused, { answer: 'Ok', head }, 'wrong'],
    ['what a kill may come to', valid, { answer: 'Killed by whom' }, 'undecided'],
    ['the same where a refusal is recorded', refused, { answer: 'Killed by whom' }, 'undecided'],
    ['another answer without a verdict', valid, { answer: 'Preparation failed' }, 'wrong'],
    ['an allowed one in the middle of another', valid, { answer: 'Preparation: Killed' }, 'wrong'],
  ])
    test(`${what}: ${count}`, () => {
      const judge = new Judge(['Killed']);
      const told = judge.judge('pvf', candidate, said);
      assert.deepEqual(judge.counts, { right: 0, wrong: 0, undecided: 0, [count]: 1 });
      assert.equal(told === undefined, count === 'right');
    });

  test('is content with as many undecided as processes were killed, and with nothing wrong', () => {
    const judge = new Judge(['Killed']);
    judge.judge('pvf', valid, { answer: 'Killed' });
    assert.deepEqual([judge.isContent(0), judge.isContent(1)], [false, true]);
    judge.judge('pvf', valid, { answer: 'InvalidCandidate' });
    assert.equal(judge.isContent(2), false);
  });
});
