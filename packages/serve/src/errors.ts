/** What a {@link ServeError} carries by its code. */
export interface ServeErrorMeta {
  /** An option has a value that it cannot have; `option` is its path, such as `tcp.port`. */
  INVALID_OPTION: { option: string };
  /** The Unix socket cannot be made, or another service has it. */
  SOCKET: { path: string };
  /** Nobody can listen on this address and port. */
  LISTEN: { address: string; port: number };
}

/** Of {@link ServeError}. */
export type ServeErrorCode = keyof ServeErrorMeta;

/** The service cannot start; its message names cause and remedy. */
export class ServeError<C extends ServeErrorCode = ServeErrorCode> extends Error {
  override readonly name = 'ServeError';
  readonly code: C;
  readonly meta: ServeErrorMeta[C];

  constructor(code: C, meta: ServeErrorMeta[C], message: string) {
    super(message);
    this.code = code;
    this.meta = meta;
  }
}
