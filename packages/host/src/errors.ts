import type { SecurityReport } from './types.ts';

/** Which of the two worker programs. */
export type WorkerKind = 'prepare' | 'execute';

/** What a {@link HostError} carries by its code: the data that a program needs to react. */
export interface HostErrorMeta {
  /** A caller's argument has the wrong type or size. Nothing was done. */
  INVALID_REQUEST: { field: string };
  /** An option of the host has a value that it cannot have; nothing was started. */
  INVALID_OPTION: { option: string };
  /** The worker program does not exist where the host looked. */
  WORKER_NOT_FOUND: { worker: WorkerKind; tried: readonly string[] };
  /** The worker program is there and may not be executed: its mode, or a file system that is mounted noexec. */
  WORKER_NOT_EXECUTABLE: { worker: WorkerKind; path: string };
  /** The program runs but does not answer `--version` as a worker does. */
  WORKER_UNUSABLE: { worker: WorkerKind; path: string; status: number | null; stderr: string };
  /** `found`, which the program reports, is not the version of this host's release. */
  WORKER_VERSION: { worker: WorkerKind; path: string; found: string; expected: string };
  /** The worker's Node is not one that it was tested on, and not a Node 24 or `allowUntestedNode` is not set. */
  UNTESTED_NODE: { worker: WorkerKind; path: string; node: string };
  /** This process cannot tell its current directory, without which Node starts no thread: it is gone, or getcwd is refused. */
  CURRENT_DIR: { errno: string };
  /** The directory of artifacts cannot be made, read or written, or is not private; `errno` as in node:os. */
  CACHE_DIR: { path: string; errno: string };
  /** Secure mode, and a layer of isolation that it demands does not work here. */
  NOT_SECURE: { missing: readonly string[]; security: SecurityReport };
  /** A limit of resources (ulimit, Limit…= of a service) under which workers would answer differently, or not at all. */
  LIMITS_TOO_LOW: { worker: WorkerKind; path: string; limits: string };
  /** Workers of this host cannot prepare or execute even a module of ours; `step` says which, `reason` why. */
  TRIAL_FAILED: { step: string; reason: string };
  /** `close()` was called before this was asked for. */
  HOST_CLOSED: Record<string, never>;
}

/** Of {@link HostError}; never changes its meaning. */
export type HostErrorCode = keyof HostErrorMeta;

/** The only error that the host's API throws. Its message names cause and remedy; compare `code` and `meta`. */
export class HostError<C extends HostErrorCode = HostErrorCode> extends Error {
  override readonly name = 'HostError';
  readonly code: C;
  readonly meta: HostErrorMeta[C];

  constructor(code: C, meta: HostErrorMeta[C], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.meta = meta;
  }
}
