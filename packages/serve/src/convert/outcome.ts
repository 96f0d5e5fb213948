import type { OutcomeEvent, PrecheckOutcome, ValidationOutcome } from '@pvf/host';
import { hexOf } from './hex.ts';

/** Hashes that the library has as hexadecimal without 0x. */
const HASHES = new Set(['codeHash', 'prepHash', 'candidateHash']);

/**
 * An outcome, or anything else of the library's, in JSON: bytes and hashes as hexadecimal with 0x, 64-bit integers as
 * numbers, what is undefined left out, and so is the hash of code that was not hashed.
 */
export function plain(value: unknown, key = ''): unknown {
  if (value instanceof Uint8Array) return hexOf(value);
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string' && HASHES.has(key)) return value === '' ? undefined : `0x${value}`;
  if (Array.isArray(value)) return value.map((each) => plain(each));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, each]) => {
        const converted = plain(each, name);
        return converted === undefined ? [] : [[name, converted]];
      }),
    );
  return value;
}

/**
 * @param cutShort whether the end of the service took the request back: whoever asked may still need a vote, and has to
 *   get it elsewhere, so that `abstain` takes the place of the library's `none`
 */
export function outcomeJson(outcome: PrecheckOutcome | ValidationOutcome, cutShort: boolean): unknown {
  const abstains = cutShort && outcome.kind === 'cancelled';
  return plain(abstains ? { ...outcome, cause: 'host-closed', vote: 'abstain' } : outcome);
}

/** What an event tells of an outcome: nothing that only the caller should get, and nothing large. */
export function recordedOutcome({ request, outcome }: OutcomeEvent): { request: string; outcome: unknown } {
  const artifact =
    'artifact' in outcome && outcome.artifact ? { ...outcome.artifact, stats: undefined } : undefined;
  return { request, outcome: plain({ ...outcome, artifact }) };
}
