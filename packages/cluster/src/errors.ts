/** What a {@link ClusterError} carries by its code. */
export interface ClusterErrorMeta {
  /** No server can be reached, or all are gone for good. */
  CONNECTION: { servers: readonly string[] };
  /** The server refuses, or has withdrawn, the credentials; or they do not allow what has to be done. */
  NOT_AUTHORISED: { servers: readonly string[] };
  /** The server is older than the least version: it would drop options that it does not know. */
  SERVER_VERSION: { found: string; least: string };
  /** The server or the account has no JetStream. */
  NO_JETSTREAM: { servers: readonly string[] };
  /** A stream or bucket of that name is there and is not ours, or cannot be made. */
  STORE: { name: string };
  /** A stream or bucket has reached its limit, or the server's disk has. */
  STORE_FULL: { name: string };
  INVALID_OPTION: { option: string };
  /** A run of that name has other inputs, limits or redundancy. */
  RUN_DIFFERS: { name: string };
  /** Somebody has cancelled or removed the run. */
  RUN_CANCELLED: { name: string };
  RUN_UNKNOWN: { name: string };
  /** An agent with that id is at work already. */
  AGENT_ID_TAKEN: { id: string };
  /** A candidate or PVF is larger than agents take. */
  TOO_LARGE: { what: 'pov' | 'code'; bytes: number; limit: number };
  /** What came from the cluster is not what it should be. */
  BAD_RECORD: { what: string };
}

/** What went wrong, for programs; each has its `meta` in {@link ClusterErrorMeta}. */
export type ClusterErrorCode = keyof ClusterErrorMeta;

/** The only error that this package throws. Its message names cause and remedy; compare `code` and `meta`. */
export class ClusterError<C extends ClusterErrorCode = ClusterErrorCode> extends Error {
  override readonly name = 'ClusterError';
  readonly code: C;
  readonly meta: ClusterErrorMeta[C];

  constructor(code: C, meta: ClusterErrorMeta[C], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.meta = meta;
  }
}
