/**
 * What is known of an execution beside its verdict, for people: why a guest refused, and how much it used of what it
 * was allowed. Nothing of it decides anything. Texts are the guest's: shortened and without control characters, but
 * otherwise whatever it liked to say.
 */

export type GuestLogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** A line that the guest logged and that its worker's level let through (`workerLog`; errors by default). */
export interface GuestLogLine {
  level: GuestLogLevel;
  target: string;
  message: string;
}

/** A call that had not returned when the guest trapped. */
export type GuestFrame =
  /** A function of the guest: its index in the function index space of the module as given, and its name there. */
  | { type: 'function'; index: number; name: string | undefined }
  /** What the guest had called of the host. */
  | { type: 'host-function'; name: string };

/** `undefined` where nobody can tell. Times in milliseconds, sizes in bytes. */
export interface ExecutionUse {
  /** Of the job, by the kernel's account. */
  cpuTimeMs: number | undefined;
  /** From sending the request to the answer. */
  wallTimeMs: number | undefined;
  /** Of the guest's linear memory at its end; the word of its job. */
  memoryBytes: number | undefined;
  /** Most that the job's process held, what it shares with its worker included. */
  residentBytes: number | undefined;
  /** Of the encoded PoV, compressed or not: what `maxPovSize` limits. */
  povBytes: number;
  /** Of the decompressed code. */
  codeBytes: number | undefined;
}

/** What may be used: by executor params, validation data, the request, and the host's backstop of four times the CPU time. */
export interface ExecutionLimits {
  cpuTimeMs: number;
  wallTimeMs: number;
  memoryBytes: number;
  povBytes: number;
  codeBytes: number;
}

/** On every outcome of `validate`; about its last execution. */
export interface ExecutionDetail {
  /** The text of the guest's panic. */
  panic: string | undefined;
  /** First and last lines that the guest logged, at most 96. */
  logs: GuestLogLine[];
  /** Lines that are missing in `logs`. */
  logsLeftOut: number;
  /** The innermost call first, at most 64; empty unless the guest trapped. */
  backtrace: GuestFrame[];
  used: ExecutionUse;
  limits: ExecutionLimits;
}

/** On every outcome of `precheck`: what its preparation used of what it was allowed. Milliseconds and bytes. */
export interface PreparationDetail {
  used: {
    cpuTimeMs: number | undefined;
    wallTimeMs: number | undefined;
    memoryBytes: number | undefined;
    /** Of the decompressed code. */
    codeBytes: number | undefined;
  };
  limits: {
    cpuTimeMs: number;
    wallTimeMs: number;
    /** Undefined: the executor params set none. */
    memoryBytes: number | undefined;
    codeBytes: number;
  };
}
