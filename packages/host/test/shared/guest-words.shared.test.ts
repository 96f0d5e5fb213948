import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadCandidates } from '@pvf/test-kit';
import { expect, it } from 'vitest';
import { describeFrame } from '../../src/verdict/index.ts';
import { DEFAULTS, startHost } from '../support/hosts.ts';

const runtimes = process.env.PVF_REAL_PVFS ?? join(import.meta.dirname, '../../../../.pvf-cache/real-pvfs');
const PVF = 'westmint-9400';

/** The functions of the reference's backtrace, without hashes and parameters of types. */
const REFERENCE = [
  'rust_begin_unwind',
  'core::panicking::panic_fmt',
  'frame_executive::Executive',
  'environmental::local_key::LocalKey',
  'cumulus_pallet_parachain_system::validate_block::implementation::validate_block',
  'validate_block',
];

it('of a block with a wrong state root the runtime says so, with file, line and functions', async () => {
  const spoiled = loadCandidates(PVF).find(({ name }) => name === 'bad-state-root');
  if (spoiled === undefined) throw new Error(`no such candidate of ${PVF}`);
  const { validationData, blockData, expectedJob } = spoiled;
  const host = await startHost();
  const outcome = await host.validate({
    ...DEFAULTS,
    code: readFileSync(join(runtimes, `${PVF}.compact.compressed.wasm`)),
    validationData,
    pov: { blockData },
    kind: 'approval',
  });
  const panic = expect.stringMatching(
    /'Storage root must match that calculated.', .*frame\/executive\/src\/lib\.rs:\d+:\d+/,
  );
  expect(outcome).toMatchObject({
    kind: 'invalid',
    rule: 'refused-by-pvf',
    message: expect.stringContaining('Storage root must match that calculated'),
    detail: { panic, logs: [{ level: 'error', target: 'runtime', message: panic }] },
  });
  const frames = outcome.detail.backtrace.map(describeFrame);
  expect(frames.map((frame) => frame.replace(/<.*/, ''))).toEqual(REFERENCE);
  // The same functions as the reference's, which shows its own rewriting's entry below them.
  const shown = String(Object.values(expectedJob)[0]);
  for (const frame of frames) expect(shown).toContain(frame);
}, 120_000);
