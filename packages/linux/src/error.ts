/** What a caller needs to tell the failures of this package apart, one entry per `code`. */
export interface SandboxErrorMeta {
  /** A system call was refused by the kernel. */
  SYSCALL_FAILED: { syscall: string; errno: number; errnoName: string; target?: string };
  /** Not Linux, or the libc could not be reached through the FFI. */
  UNSUPPORTED_PLATFORM: { platform: string };
  /** The call exists only for some processor architectures. */
  UNSUPPORTED_ARCHITECTURE: { arch: string; supported: readonly string[] };
  /** The kernel lacks a layer that was required. */
  LAYER_UNAVAILABLE: { layer: string; reason: string };
  /** The process must have exactly one thread for this. */
  NOT_SINGLE_THREADED: { threads: number };
  /** Something had to be read from /proc before /proc went away. */
  NOT_INITIALISED: { what: string };
  /** A parameter makes no sense; nothing was changed. */
  INVALID_ARGUMENT: { argument: string; value: string };
}

/** Of {@link SandboxError}; never changes its meaning. */
export type SandboxErrorCode = keyof SandboxErrorMeta;

/** The only error class this package throws. Compare `code` and `meta`, never the message. */
export class SandboxError<C extends SandboxErrorCode = SandboxErrorCode> extends Error {
  override readonly name = 'SandboxError';
  readonly code: C;
  readonly meta: SandboxErrorMeta[C];

  constructor(code: C, meta: SandboxErrorMeta[C], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.meta = meta;
  }
}

/** Narrows an unknown error to a `SandboxError` of one code. */
export function isSandboxError<C extends SandboxErrorCode>(
  error: unknown,
  code: C,
): error is SandboxError<C> {
  return error instanceof SandboxError && error.code === code;
}

/** The errno name of a failed system call, or undefined for any other error. */
export function errnoNameOf(error: unknown): string | undefined {
  return isSandboxError(error, 'SYSCALL_FAILED') ? error.meta.errnoName : undefined;
}

/** @throws SandboxError INVALID_ARGUMENT, always */
export function invalidArgument(argument: string, value: unknown, rule: string): never {
  throw new SandboxError(
    'INVALID_ARGUMENT',
    { argument, value: String(value) },
    `${argument} is ${String(value)}: ${rule}`,
  );
}
