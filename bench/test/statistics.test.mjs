import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { geometricMeanOf, medianOf, quantiles, summaryOf } from '../support/statistics.mjs';
import { inTurn, stopAll } from '../support/turns.mjs';

const TEN = [10, 1, 9, 2, 8, 3, 7, 4, 6, 5];

test('quantiles are values that were measured, by number and not by text', () => {
  assert.deepEqual(quantiles(TEN, 0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1), [1, 2, 3, 6, 8, 10, 10, 10]);
  assert.deepEqual(quantiles([100, 20, 3], 0.5), [20]);
  assert.equal(medianOf([3, 1, 2]), 2);
  assert.equal(medianOf([4]), 4);
  assert.throws(() => quantiles([], 0.5), RangeError);
});

test('a summary has count, median and spread, and leaves the values as they are', () => {
  const values = [...TEN];
  assert.deepEqual(summaryOf(values), {
    count: 10,
    min: 1,
    p10: 2,
    p25: 3,
    median: 6,
    p75: 8,
    p90: 10,
    p99: 10,
    max: 10,
  });
  assert.deepEqual(values, TEN);
});

test('the geometric mean of a ratio and its inverse is 1', () => {
  assert.ok(Math.abs(geometricMeanOf([0.25, 4]) - 1) < 1e-12);
  assert.ok(Math.abs(geometricMeanOf([2, 8]) - 4) < 1e-12);
  assert.throws(() => geometricMeanOf([]), RangeError);
});

describe('sides in turn', () => {
  test('run alternately, and what came first does not count', async () => {
    const calls = [];
    const results = await inTurn(
      [{ name: 'a' }, { name: 'b' }],
      { rounds: 2, warmUp: 1 },
      async ({ name }, round) => {
        calls.push(`${name}${round}`);
        return round;
      },
    );
    assert.deepEqual(calls, ['a0', 'b0', 'a1', 'b1', 'a2', 'b2']);
    assert.deepEqual(
      [...results],
      [
        ['a', [1, 2]],
        ['b', [1, 2]],
      ],
    );
  });

  test('are told apart', async () => {
    await assert.rejects(
      inTurn([{ name: 'a' }, { name: 'a' }], { rounds: 1 }, async () => {}),
      /same name/,
    );
  });

  test('are all ended, even if one of them cannot be', async () => {
    const ended = [];
    const side = (name, fails) => ({
      stop: async () => {
        ended.push(name);
        if (fails) throw new Error(`${name} does not end`);
      },
    });
    await assert.rejects(stopAll([side('a', false), side('b', true), side('c', false)]), /b does not end/);
    assert.deepEqual(ended, ['a', 'b', 'c']);
  });
});
