import { isProtocolError } from '@pvf/protocol';
import { HostError } from '../errors.ts';

export const HASH_BYTES = 32;
export const MAX_U32 = 2 ** 32 - 1;

/** An argument that is none, named by its path in the request. */
export function invalid(field: string, message: string, cause?: unknown): HostError<'INVALID_REQUEST'> {
  return new HostError('INVALID_REQUEST', { field }, `${field} ${message}`, { cause });
}

/** Runs a codec over a field; what it refuses is named by the field's path. */
export function encodable<T>(field: string, encode: () => T): T {
  try {
    return encode();
  } catch (error) {
    if (!isProtocolError(error)) throw invalid(field, String(error), error);
    const inner = 'path' in error.meta ? error.meta.path : '';
    const path = inner === '' || inner.startsWith('[') ? `${field}${inner}` : `${field}.${inner}`;
    throw invalid(path, error.message, error);
  }
}
