/** Where in a value the failure sits. */
interface Place {
  /** Name of the codec that was asked, such as `ExecuteRequest`. */
  readonly codec: string;
  /** Field path inside it, such as `pvd.parentHead`; empty for the value itself. */
  readonly path: string;
}

/** {@link Place} plus the byte offset, counted from the start of the input. */
interface DecodePlace extends Place {
  readonly offset: number;
}

/** What each {@link ProtocolErrorCode} carries. All values are plain data and survive JSON but for bigints. */
export interface ProtocolErrorMeta {
  /** The input ended early: `needed` bytes at `offset`, `available` left. */
  readonly TRUNCATED: DecodePlace & { readonly needed: number; readonly available: number };
  /** An enum index that the type does not have. */
  readonly UNKNOWN_VARIANT: DecodePlace & { readonly index: number };
  /** A bool byte other than 0 and 1. */
  readonly INVALID_BOOL: DecodePlace & { readonly byte: number };
  /** An option byte other than 0 and 1. */
  readonly INVALID_OPTION: DecodePlace & { readonly byte: number };
  /** A result byte other than 0 and 1. */
  readonly INVALID_RESULT: DecodePlace & { readonly byte: number };
  /** A length that is not the shortest encoding of a u32, or larger than one. */
  readonly INVALID_COMPACT: DecodePlace;
  /** Text that is not UTF-8. */
  readonly INVALID_UTF8: DecodePlace;
  /** A duration with 10⁹ nanoseconds or more beside its seconds. */
  readonly INVALID_DURATION: DecodePlace & { readonly nanos: number };
  /** More items than the type allows. */
  readonly TOO_MANY_ITEMS: DecodePlace & { readonly count: number; readonly max: number };
  /** `decodeExact` met bytes after the value. */
  readonly TRAILING_BYTES: DecodePlace & { readonly rest: number };
  /** A value that cannot be encoded. */
  readonly INVALID_VALUE: Place & { readonly expected: string };
  /** A frame's header announces more than the reader accepts (bytes). */
  readonly FRAME_TOO_LARGE: { readonly length: bigint; readonly limit: number };
  /** The stream ended inside a frame (bytes). */
  readonly FRAME_TRUNCATED: { readonly needed: number; readonly available: number };
}

/** Of {@link ProtocolError}; never changes its meaning. */
export type ProtocolErrorCode = keyof ProtocolErrorMeta;

/**
 * The only error that this package throws. Compare `code` and `meta`; the message is for people.
 *
 * A `ProtocolError` while decoding says that the peer sent something that is no value of the expected type:
 * what the peer is decides what that means (a worker ends, a host counts its worker as dead, a worker counts
 * its job as faulty).
 */
export class ProtocolError<C extends ProtocolErrorCode = ProtocolErrorCode> extends Error {
  override readonly name = 'ProtocolError';
  readonly code: C;
  readonly meta: ProtocolErrorMeta[C];

  constructor(code: C, meta: ProtocolErrorMeta[C], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.meta = meta;
  }
}

/** True when `error` is a {@link ProtocolError}, and one with `code` if that is given; narrows `meta`. */
export function isProtocolError<C extends ProtocolErrorCode = ProtocolErrorCode>(
  error: unknown,
  code?: C,
): error is ProtocolError<C> {
  return error instanceof ProtocolError && (code === undefined || error.code === code);
}
