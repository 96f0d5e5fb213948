import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadCandidates, sharedDir } from '@pvf/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PvfCode, PvfHost } from '../../src/index.ts';
import { DEFAULTS, silent, workersUnderTest } from '../support/hosts.ts';

const PVF = 'povrt-1';
const candidates = loadCandidates(PVF);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The variant of the reference's JobResponse, and what the host makes of it. */
const OUTCOME: Record<string, object> = {
  ok: { kind: 'valid', vote: 'unchecked' },
  InvalidCandidate: { kind: 'invalid', vote: 'unchecked', rule: 'refused-by-pvf' },
  PoVDecompressionFailure: { kind: 'invalid', vote: 'unchecked', rule: 'pov-decompression' },
};

describe(`every candidate of ${PVF} gets the reference's verdict`, () => {
  let host: PvfHost;
  let code: PvfCode;
  beforeAll(async () => {
    host = await PvfHost.start({ logger: silent, spawnTimeoutMs: 60_000, ...workersUnderTest() });
    code = await host.importCode(
      readFileSync(join(sharedDir(), 'candidates', `${PVF}.compact.compressed.wasm`)),
    );
    expect(await host.precheck({ ...DEFAULTS, code })).toMatchObject({ kind: 'ok' });
  }, 120_000);
  afterAll(() => host.close());

  it.each(candidates)('$file', async ({ validationData, blockData, expectedJob, ...expected }) => {
    const outcome = await host.validate({
      ...DEFAULTS,
      code,
      validationData,
      pov: { blockData },
      kind: 'approval',
    });
    const variant = typeof expectedJob === 'string' ? expectedJob : Object.keys(expectedJob)[0];
    expect(outcome).toMatchObject({ ...OUTCOME[variant ?? ''], attempts: 1, artifact: { fromCache: true } });
    if (outcome.kind !== 'valid') return;
    expect(sha256(outcome.resultBytes)).toBe(expected.expectedResultSha256);
    expect(outcome.povSize).toBe(expected.expectedPovSize);
  });

  it('one that takes ten seconds of CPU on the reference runs out of the two seconds of backing', async () => {
    const slow = candidates.find(({ name }) => name === 'ok-glutton-compute-100');
    expect(slow).toBeDefined();
    const { validationData, blockData } = slow ?? {};
    if (validationData === undefined || blockData === undefined) return;
    const request = { ...DEFAULTS, code, validationData, pov: { blockData }, kind: 'backing' } as const;
    expect(await host.validate({ ...request, executionTimeoutMs: 500 })).toMatchObject({
      kind: 'invalid',
      rule: 'cpu-timeout',
    });
  });
});
