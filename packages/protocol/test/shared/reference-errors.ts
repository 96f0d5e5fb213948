import { expect } from 'vitest';
import { isProtocolError, type ProtocolErrorCode } from '../../src/index.ts';

/** How the reference's codec ends its message, and what we call that. */
const CODES: readonly (readonly [text: string, code: ProtocolErrorCode])[] = [
  ['Not enough data to fill buffer', 'TRUNCATED'],
  ['Not enough data to decode vector', 'TRUNCATED'],
  ["variant doesn't exist", 'UNKNOWN_VARIANT'],
  ['Invalid boolean representation', 'INVALID_BOOL'],
  ['unexpected first byte decoding Option', 'INVALID_OPTION'],
  ['unexpected first byte decoding Result', 'INVALID_RESULT'],
  ['out of range decoding Compact<u32>', 'INVALID_COMPACT'],
  ['Invalid utf8 sequence', 'INVALID_UTF8'],
  ['Number of nanoseconds should not be higher than 10^9.', 'INVALID_DURATION'],
  ['BoundedVec exceeds its limit', 'TOO_MANY_ITEMS'],
];

/** The code of the failure that the reference reports as `message`. */
function errorCodeOf(message: string): ProtocolErrorCode {
  const found = CODES.find(([text]) => message.trimEnd().endsWith(text));
  if (found === undefined) throw new Error(`unknown error of the reference: ${message}`);
  return found[1];
}

/** That `decode` fails as the reference does with `message`. */
export function expectRefusal(decode: () => unknown, message: string): void {
  let thrown: unknown;
  try {
    decode();
  } catch (error) {
    thrown = error;
  }
  expect(isProtocolError(thrown) && thrown.code).toBe(errorCodeOf(message));
}
