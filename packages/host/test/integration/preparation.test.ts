import {
  compressedBlob,
  garbageBlob,
  guest,
  ShiftedClock,
  slowToCompile,
  truncatedBlob,
  zstdBomb,
} from '@pvf/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PvfHost } from '../../src/index.ts';
import { atTheEnd } from '../support/fake-worker.ts';
import { candidate, DEFAULTS, startHost, text } from '../support/hosts.ts';

const timeout = (value: bigint) => [{ type: 'PvfPrepTimeout', kind: 'Precheck', value }] as const;

let host: PvfHost;
const cleanup = atTheEnd();
beforeAll(async () => {
  host = await startHost({}, cleanup);
});

describe('a PVF fails its precheck', () => {
  it.each([
    ['that is no module', text('not wasm'), 'Prevalidation'],
    ['that is empty', new Uint8Array(), 'Prevalidation'],
    ['whose compressed code is garbage', garbageBlob(), 'CouldNotDecompressCodeBlob'],
    ['whose compressed code is cut', truncatedBlob(guest('accepts-anything')), 'CouldNotDecompressCodeBlob'],
    ['whose code is a bomb', zstdBomb(31 * 1024 * 1024), 'CouldNotDecompressCodeBlob'],
    ['that uses what is not allowed', guest('bulk-memory'), 'Prevalidation'],
    ['that cannot be instantiated', guest('import-of-another-module'), 'RuntimeConstruction'],
  ])('%s', async (_, code, type) => {
    const precheck = await host.precheck({ ...DEFAULTS, code });
    expect(precheck).toMatchObject({ kind: 'failed', vote: 'against', error: { type } });
    if (type === 'RuntimeConstruction') return;
    const validation = await host.validate(candidate('x', { code }));
    expect(validation).toMatchObject({ kind: 'preparation-failed', vote: 'abstain', error: { type } });
  });

  it('that takes too long', async () => {
    const outcome = await host.precheck({
      ...DEFAULTS,
      code: slowToCompile(100),
      executorParams: timeout(50n),
    });
    expect(outcome).toMatchObject({ kind: 'failed', deterministic: false, error: { type: 'TimedOut' } });
  });

  it('that takes too much memory, which never looks like a time-out', async () => {
    const executorParams = [{ type: 'PrecheckingMaxMemory', value: 1024n * 1024n }] as const;
    const outcome = await host.precheck({ ...DEFAULTS, code: slowToCompile(1_500), executorParams });
    expect(outcome).toMatchObject({ kind: 'failed', deterministic: true, error: { type: 'OutOfMemory' } });
  });
});

it('a PVF that fits passes, compressed or not, and tells its cost', async () => {
  const code = guest('accepts-anything');
  for (const form of [code, compressedBlob(code)]) {
    const outcome = await host.precheck({ ...DEFAULTS, code: form });
    expect(outcome).toMatchObject({ kind: 'ok', vote: 'for', artifact: { fromCache: false } });
    expect(outcome.kind === 'ok' && outcome.artifact.stats).toMatchObject({ codeLength: code.byteLength });
  }
});

it('what failed for want of time is tried again a quarter of an hour later', async () => {
  const clock = new ShiftedClock();
  const patient = await startHost({ clock });
  const code = slowToCompile(60);
  const executorParams = [
    ...timeout(20n),
    { type: 'PvfPrepTimeout', kind: 'Prepare', value: 60_000n },
  ] as const;
  expect(await patient.precheck({ ...DEFAULTS, code, executorParams })).toMatchObject({
    error: { type: 'TimedOut' },
  });
  const request = candidate('x', { code, executorParams });
  expect(await patient.validate(request)).toMatchObject({ kind: 'internal', vote: 'abstain' });
  clock.shift(15 * 60_000);
  expect(await patient.validate(request)).toMatchObject({ kind: 'valid', vote: 'unchecked' });
});

it('an invalid compressed PoV fails validation', async () => {
  const code = guest('accepts-anything');
  for (const pov of [garbageBlob(), truncatedBlob(new Uint8Array(1_000)), zstdBomb(65 * 1024 * 1024)]) {
    const outcome = await host.validate(candidate(pov, { code }));
    expect(outcome).toMatchObject({
      kind: 'invalid',
      vote: 'unchecked',
      rule: 'pov-decompression',
      attempts: 1,
    });
  }
});

it('security features work here', async () => {
  const works = { available: true };
  expect(host.security).toEqual({
    secureMode: true,
    landlock: works,
    seccomp: works,
    changeRoot: works,
    secureClone: works,
    // Depends on how this process was started.
    cgroup: expect.objectContaining({ available: expect.any(Boolean) }),
  });
});
