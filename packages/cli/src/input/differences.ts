import { createHash } from 'node:crypto';
import type { ValidationOutcome } from '@pvf/host';
import type { Expectation } from './candidate.ts';

/** What differs from the expectation, in words; empty if nothing does. */
export function differences(expected: Expectation, outcome: ValidationOutcome): string[] {
  const answer = answerOf(outcome);
  if (answer !== expected.answer) return [`answer is ${answer}, expected ${expected.answer}`];
  if (outcome.kind !== 'valid') return [];
  const found: string[] = [];
  const compare = (what: string, got: unknown, want: unknown) => {
    if (want !== undefined && got !== want) found.push(`${what} is ${got}, expected ${want}`);
  };
  const hex = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString('hex');
  compare('head data', hex(outcome.result.headData), hex(expected.headData));
  compare(
    'processed downward messages',
    outcome.result.processedDownwardMessages,
    expected.processedDownwardMessages,
  );
  compare('HRMP watermark', outcome.result.hrmpWatermark, expected.hrmpWatermark);
  const sha256 = createHash('sha256').update(outcome.resultBytes).digest('hex');
  compare('SHA-256 of the result', sha256, expected.resultSha256);
  compare('PoV size', outcome.povSize, expected.povSize);
  return found;
}

/** The outcome in the words of candidate files, for outcomes that a candidate can cause; else the outcome's kind. */
function answerOf(outcome: ValidationOutcome): string {
  if (outcome.kind === 'valid') return 'Ok';
  if (outcome.kind === 'invalid' && outcome.rule === 'refused-by-pvf') return 'InvalidCandidate';
  if (outcome.kind === 'invalid' && outcome.rule === 'pov-decompression') return 'PoVDecompressionFailure';
  if (outcome.kind === 'invalid') return outcome.rule;
  if (outcome.kind === 'possibly-invalid' && outcome.cause === 'runtime-construction')
    return 'RuntimeConstruction';
  return 'cause' in outcome ? `${outcome.kind} (${outcome.cause})` : outcome.kind;
}
