import { GUEST_ANSWERS, GUEST_INPUT, type GuestName, guest } from '@pvf/test-kit';
import { afterAll, describe, expect, it } from 'vitest';
import { answerOf, WorkerPair } from './support/workers.ts';

const LIMIT_MS = 2_000;
/** Those that end by running out of time: a short limit makes the test quick and changes nothing else. */
const SHORT_LIMIT_MS = 200;

const pair = new WorkerPair();
afterAll(() => pair.close());

/** What a guest gets from a pair of workers: the answer to its preparation if that fails, else to its execution. */
async function answerTo(name: GuestName): Promise<string> {
  const prepared = await pair.prepare(guest(name), 'Compilation');
  if (!prepared.result.ok) return prepared.result.error.type;
  const limit = GUEST_ANSWERS[name] === 'TimedOut' ? SHORT_LIMIT_MS : LIMIT_MS;
  return answerOf(await pair.execute(prepared, GUEST_INPUT, limit));
}

describe.each(Object.entries(GUEST_ANSWERS))('%s', (name, answer) => {
  it(`is answered with ${answer}, each time`, async () => {
    const expected = answer === 'TimedOut' ? 'JobTimedOut' : answer;
    expect(await answerTo(name as GuestName)).toBe(expected);
    expect(await answerTo(name as GuestName)).toBe(expected);
  });
});

it('tells the CPU time and the size of the PoV with any answer that a guest has brought about', async () => {
  for (const name of ['accepts-anything', 'trap'] as const) {
    const prepared = await pair.prepare(guest(name));
    const result = await pair.execute(prepared, { ...GUEST_INPUT, blockData: new Uint8Array(123) }, LIMIT_MS);
    if (!result.ok) throw new Error(result.error.type);
    expect(result.value.povSize).toBe(123);
    expect(result.value.duration.nanos).toBeGreaterThan(0);
  }
});
