import { beforeAll, describe, expect, it } from 'vitest';
import type { PvfHost } from '../../src/index.ts';
import { atTheEnd } from '../support/fake-worker.ts';
import { candidate, DEFAULTS, metric, startFakeHost, text } from '../support/hosts.ts';

describe('an answer becomes an outcome with its vote', () => {
  let host: PvfHost;
  const cleanup = atTheEnd();
  beforeAll(async () => {
    ({ host } = await startFakeHost({}, cleanup));
  });

  it.each([
    ['fine', { kind: 'valid', vote: 'unchecked', attempts: 1, povSize: 7, cpuTimeNs: 5_000_000n }],
    ['refuses', { kind: 'invalid', vote: 'unchecked', rule: 'refused-by-pvf', attempts: 1 }],
    ['job-timed-out', { kind: 'invalid', vote: 'unchecked', rule: 'cpu-timeout', attempts: 1 }],
    ['took-too-long', { kind: 'invalid', vote: 'unchecked', rule: 'cpu-timeout', attempts: 1 }],
    ['job-died', { kind: 'possibly-invalid', vote: 'unchecked', cause: 'job-died', attempts: 1 }],
    ['job-error', { kind: 'possibly-invalid', vote: 'unchecked', cause: 'job-error', attempts: 1 }],
    ['dies', { kind: 'possibly-invalid', vote: 'unchecked', cause: 'worker-died', attempts: 1 }],
    ['closes-stdout', { kind: 'possibly-invalid', vote: 'unchecked', cause: 'worker-died', attempts: 1 }],
    ['answers-garbage', { kind: 'possibly-invalid', vote: 'unchecked', cause: 'worker-died', attempts: 1 }],
    [
      'announces-too-much',
      { kind: 'possibly-invalid', vote: 'unchecked', cause: 'worker-died', attempts: 1 },
    ],
    [
      'runtime-construction',
      { kind: 'possibly-invalid', vote: 'unchecked', cause: 'runtime-construction', attempts: 1 },
    ],
    ['internal-error', { kind: 'internal', vote: 'abstain', cause: 'kernel', attempts: 1 }],
    ['answers-twice', { kind: 'invalid', vote: 'unchecked', rule: 'pov-decompression', attempts: 1 }],
  ])('%s', async (block, expected) => {
    const outcome = await host.validate(candidate(block, { kind: 'backing' }));
    expect(outcome).toMatchObject(expected);
    await host
      .validate(candidate('fine', { kind: 'backing' }))
      .then((next) => expect(next.kind).toBe('valid'));
    expect(
      await metric(host, 'pvf_outcomes_total', { outcome: expected.kind, vote: expected.vote }),
    ).toBeGreaterThan(0);
  });

  it.each([
    ['prevalidation', { kind: 'preparation-failed', vote: 'abstain', error: { type: 'Prevalidation' } }],
    ['out-of-memory', { kind: 'preparation-failed', vote: 'abstain', error: { type: 'OutOfMemory' } }],
    ['timed-out', { kind: 'internal', vote: 'abstain', prepareError: { type: 'TimedOut' } }],
    ['took-too-long', { kind: 'internal', vote: 'abstain', prepareError: { type: 'TimedOut' } }],
    ['job-died', { kind: 'internal', vote: 'abstain', prepareError: { type: 'JobDied' } }],
    ['dies', { kind: 'internal', vote: 'abstain', prepareError: { type: 'IoErr' } }],
    ['answers-garbage', { kind: 'internal', vote: 'abstain', prepareError: { type: 'IoErr' } }],
    ['lies-about-checksum', { kind: 'internal', vote: 'abstain', prepareError: { type: 'IoErr' } }],
  ])('of a preparation: %s', async (code, expected) => {
    expect(await host.validate(candidate('fine', { code: text(code) }))).toMatchObject({
      ...expected,
      attempts: 0,
    });
    expect(await host.precheck({ ...DEFAULTS, code: text(code) })).toMatchObject({
      kind: 'failed',
      vote: 'against',
    });
    expect(await host.precheck({ ...DEFAULTS, code: text('another') })).toMatchObject({
      kind: 'ok',
      vote: 'for',
    });
  });
});
