/** What a {@link CliError} carries by its code. */
export interface CliErrorMeta {
  /** A file cannot be read. */
  INPUT_FILE: { path: string; errno: string };
  /** A file is no PVF: neither WebAssembly nor a compressed blob. */
  NOT_CODE: { path: string; length: number };
  /** Text that should be hexadecimal is not, or stands for the wrong number of bytes. */
  BAD_HEX: { what: string };
  /** What claims to be gzip or zstd is not. */
  BAD_WRAPPING: { what: string; format: 'gzip' | 'zstd' };
  BAD_CANDIDATE: { path: string; field: string };
  /** A receipt, or what goes with it: an option, or a field of a candidate file. */
  BAD_CLAIM: { field: string };
  BAD_EXECUTOR_PARAMS: { index: number | undefined };
  /** A node cannot be asked, or does not know. `method` is undefined where no connection came about. */
  NODE: { url: string; method: string | undefined };
  /** A file that results go to cannot be written, or is there already. */
  OUTPUT_FILE: { path: string; errno: string };
  BAD_USAGE: { option: string };
  /** `@pvf/component` refuses; its own code and metadata. */
  COMPONENT: { reason: string; details: object };
  /** `@pvf/serve` cannot listen; its own code and metadata. */
  SERVE: { reason: string; details: object };
  /** `@pvf/cluster` refuses, or a cluster could not do it; its own code and metadata, or `DEAD_LETTER`. */
  CLUSTER: { reason: string; details: object };
}

/** Of {@link CliError}; what to do on each: docs/operating.md. */
export type CliErrorCode = keyof CliErrorMeta;

/** An error of the caller's making: printed as cause and remedy, exit code 2. */
export class CliError<C extends CliErrorCode = CliErrorCode> extends Error {
  override readonly name = 'CliError';
  readonly code: C;
  readonly meta: CliErrorMeta[C];
  readonly remedy: string;

  constructor(code: C, meta: CliErrorMeta[C], cause: string, remedy: string, options?: ErrorOptions) {
    super(cause, options);
    this.code = code;
    this.meta = meta;
    this.remedy = remedy;
  }
}
