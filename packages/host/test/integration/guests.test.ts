import { GUEST_ANSWERS, GUEST_INPUT, type GuestName, guest } from '@pvf/test-kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PvfHost } from '../../src/index.ts';
import { candidate, silent, VALIDATION_DATA, workersUnderTest } from '../support/hosts.ts';

let host: PvfHost;
beforeAll(async () => {
  host = await PvfHost.start({ logger: silent, spawnTimeoutMs: 60_000, ...workersUnderTest() });
});
afterAll(() => host.close());

const EXPECTED = {
  Ok: { kind: 'valid', vote: 'unchecked' },
  InvalidCandidate: { kind: 'invalid', vote: 'unchecked', rule: 'refused-by-pvf' },
  RuntimeConstruction: { kind: 'possibly-invalid', vote: 'unchecked', cause: 'runtime-construction' },
  // On a machine that is busy with other things, the wall clock's limit may come first.
  TimedOut: { kind: 'invalid', vote: 'unchecked', rule: expect.stringMatching(/^(cpu|wall)-timeout$/) },
  Prevalidation: { kind: 'preparation-failed', vote: 'abstain', error: { type: 'Prevalidation' } },
} as const;

/** Those that end by running out of time: a short limit makes the test quick and changes nothing else. */
const limit = (answer: string) => (answer === 'TimedOut' ? { executionTimeoutMs: 500 } : {});

it.each(Object.entries(GUEST_ANSWERS))('%s: %s', async (name, answer) => {
  const outcome = await host.validate({
    ...candidate(GUEST_INPUT.blockData, {
      code: guest(name as GuestName),
      kind: 'backing',
      ...limit(answer),
    }),
    validationData: { ...VALIDATION_DATA, parentHead: GUEST_INPUT.parentHead },
  });
  expect(outcome).toMatchObject(EXPECTED[answer]);
});
