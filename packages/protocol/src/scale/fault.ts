import { ProtocolError, type ProtocolErrorCode, type ProtocolErrorMeta } from '../errors.ts';

type Details<C extends ProtocolErrorCode> = Omit<ProtocolErrorMeta[C], 'codec' | 'path' | 'offset'>;

/**
 * A failure on its way from a field up to the codec that was called. Each composite on the way adds its field's
 * name to `path`; only {@link toProtocolError} turns it into what callers see.
 */
export class Fault extends Error {
  readonly code: ProtocolErrorCode;
  readonly details: object;
  readonly offset: number | undefined;
  readonly path: string[] = [];

  constructor(code: ProtocolErrorCode, details: object, offset: number | undefined, message: string) {
    super(message);
    this.code = code;
    this.details = details;
    this.offset = offset;
  }
}

/** A failure of decoding at byte `offset` of the underlying buffer. */
export function readFault<C extends ProtocolErrorCode>(
  code: C,
  offset: number,
  details: Details<C>,
  message: string,
): Fault {
  return new Fault(code, details, offset, message);
}

/** A value that the type cannot hold. */
export function valueFault(expected: string): Fault {
  return new Fault('INVALID_VALUE', { expected }, undefined, `expected ${expected}`);
}

/** Adds `field` in front of the path of a fault; other errors pass. */
export function inside(field: string, error: unknown): unknown {
  if (error instanceof Fault) error.path.unshift(field);
  return error;
}

/**
 * What a codec throws for `error`: a {@link Fault} with its place, and anything else (an exception of the SCALE
 * library) as INVALID_VALUE, since every read is checked before the library does it.
 */
export function toProtocolError(
  verb: 'encode' | 'decode',
  codec: string,
  base: number,
  error: unknown,
): ProtocolError {
  if (!(error instanceof Fault)) {
    const expected = `a value of ${codec}`;
    return new ProtocolError(
      'INVALID_VALUE',
      { codec, path: '', expected },
      `${verb} ${codec}: expected ${expected}`,
      {
        cause: error,
      },
    );
  }
  const path = error.path.join('.').replaceAll('.[', '[');
  const offset = error.offset === undefined ? undefined : error.offset - base;
  const at = `${codec}${path === '' ? '' : `.${path}`}${offset === undefined ? '' : ` at byte ${offset}`}`;
  const meta = { codec, path, ...(offset === undefined ? {} : { offset }), ...error.details };
  return new ProtocolError(
    error.code,
    meta as ProtocolErrorMeta[ProtocolErrorCode],
    `cannot ${verb} ${at}: ${error.message}`,
  );
}
