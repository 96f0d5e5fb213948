import { codeHash, ValidationResult } from '@pvf/protocol';
import { GUEST_ANSWERS, GUEST_INPUT, GUEST_NAMES, type GuestName, guest } from '@pvf/test-kit';
import { afterAll, describe, expect, it } from 'vitest';
// What the reference's worker programs answer, recorded by verify/differential/record-guests.mjs.
import recorded from './recorded/guests.json' with { type: 'json' };
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

describe('the reference’s answers, recorded', () => {
  it('are of every guest, and of the classes that are named', () => {
    const named = Object.entries(GUEST_ANSWERS).map(([name, answer]) => [
      name,
      answer === 'TimedOut' ? 'JobTimedOut' : answer,
    ]);
    expect(Object.entries(recorded).map(([name, { answer }]) => [name, answer])).toEqual(named);
  });

  const accepted = GUEST_NAMES.filter((name) => recorded[name].answer === 'Ok');
  it.each(accepted)('%s: the same result, byte for byte', async (name) => {
    const result = await pair.execute(await pair.prepare(guest(name)), GUEST_INPUT, LIMIT_MS);
    if (!result.ok || result.value.jobResponse.type !== 'Ok') throw new Error(answerOf(result));
    const bytes = ValidationResult.encode(result.value.jobResponse.resultDescriptor);
    const hash = Buffer.from(codeHash(bytes)).toString('hex');
    expect({ answer: 'Ok', bytes: bytes.length, hash }).toEqual(recorded[name]);
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
