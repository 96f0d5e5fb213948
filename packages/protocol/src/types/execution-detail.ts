import {
  bool,
  boundedBytes,
  codec,
  option,
  string,
  struct,
  u8,
  u32,
  u64,
  variants,
  vector,
} from '../scale/index.ts';

/**
 * What is told of an execution beside its answer, for people: nothing of it may reach a verdict. The reference has no
 * such messages. A host of ours gets {@link ExecutionDetail} behind the answer, in the same frame, if it has asked for
 * it; it asks workers that name `details` among their capabilities.
 */

/** Longest message of a guest that a job passes on, in bytes; the rest is cut off. */
export const MAX_GUEST_MESSAGE_BYTES = 2_048;
/** Longest target of a guest's log line, in bytes. */
export const MAX_GUEST_TARGET_BYTES = 128;
/** Longest name of a function in a backtrace, in bytes. */
export const MAX_FUNCTION_NAME_BYTES = 512;
/** Log lines of one job that are passed on, at most: its first and its last ones. */
export const MAX_GUEST_LINES = 96;
/** Frames of a backtrace, the innermost ones. */
export const MAX_GUEST_FRAMES = 64;

/** What a guest logged with `ext_logging_log` or `ext_misc_print_*`. Untrusted text. */
export interface GuestLogLine {
  /** 0 error, 1 warn, 2 info, 3 debug, 4 trace. */
  readonly level: number;
  /** Who says it, in the guest’s words. Untrusted text. */
  readonly target: string;
  /** Untrusted text, at most `MAX_GUEST_MESSAGE_BYTES` of UTF-8. */
  readonly message: string;
}

/** {@link GuestLogLine} with its texts unread. */
export interface UnreadGuestLogLine {
  /** As in {@link GuestLogLine}. */
  readonly level: number;
  /** UTF-8, if the job is honest. */
  readonly target: Uint8Array;
  /** UTF-8, if the job is honest. */
  readonly message: Uint8Array;
}

/** Job → worker, in frames of their own before the answer: one line, or how many were left out here. */
export type UnreadGuestLog =
  | { readonly type: 'Line'; readonly line: UnreadGuestLogLine }
  | { readonly type: 'LeftOut'; readonly count: number };

const unreadLine = struct<UnreadGuestLogLine>({
  level: u8,
  target: boundedBytes(MAX_GUEST_TARGET_BYTES),
  message: boundedBytes(MAX_GUEST_MESSAGE_BYTES),
});

/** SCALE codec of {@link UnreadGuestLog}; decoding throws `ProtocolError`. */
export const UnreadGuestLog = codec<UnreadGuestLog>(
  'GuestLog',
  variants<UnreadGuestLog>({ Line: [0, { line: unreadLine }], LeftOut: [1, { count: u32 }] }),
);

/** One call that had not returned when the guest trapped. */
export interface GuestFrame {
  /** A function that the guest imports; else one of its own. */
  readonly isHostFunction: boolean;
  /** Index in the function index space of the module as it was given; of host functions 0. */
  readonly index: number;
  /** From the module's name section; of host functions the import's name. Untrusted text. */
  readonly name: string | undefined;
}

/** What a job says of its guest. All of it is the word of a process that runs untrusted code. */
export interface JobDetail {
  /** Size of the guest's memory at its end, in pages of 64 KiB. */
  readonly memoryPages: number;
  /** Bytes of the decompressed code; 0 if the artifact does not tell. */
  readonly codeBytes: number;
  /** What the guest said of its trap: the text of its panic. */
  readonly panic: string | undefined;
  /** The innermost call first; empty unless the guest trapped. */
  readonly backtrace: readonly GuestFrame[];
}

/** {@link JobDetail} with its texts unread. */
export interface UnreadJobDetail {
  /** Of 64 KiB. */
  readonly memoryPages: number;
  /** Of the decompressed code; 0 if the artifact does not tell. */
  readonly codeBytes: number;
  /** UTF-8, if the job is honest. */
  readonly panic: Uint8Array | undefined;
  /** The innermost call first. */
  readonly backtrace: readonly UnreadGuestFrame[];
}

/** {@link GuestFrame} with its name unread. */
export interface UnreadGuestFrame {
  /** A function that the guest imports; else one of its own. */
  readonly isHostFunction: boolean;
  /** In the function index space of the module; of host functions 0. */
  readonly index: number;
  /** UTF-8, if the job is honest. */
  readonly name: Uint8Array | undefined;
}

const unreadFrame = struct<UnreadGuestFrame>({
  isHostFunction: bool,
  index: u32,
  name: option(boundedBytes(MAX_FUNCTION_NAME_BYTES)),
});

/** Job → worker, behind its answer. */
export const UnreadJobDetail = codec<UnreadJobDetail>(
  'JobDetail',
  struct<UnreadJobDetail>({
    memoryPages: u32,
    codeBytes: u32,
    panic: option(boundedBytes(MAX_GUEST_MESSAGE_BYTES)),
    backtrace: vector(unreadFrame, MAX_GUEST_FRAMES),
  }),
);

/** Execute worker → host, behind the answer. */
export interface ExecutionDetail {
  /** User and system CPU time of the job in nanoseconds, by the kernel's account. */
  readonly cpuTimeNs: bigint;
  /** Most memory that the job held, in bytes, by the kernel's account; what it shares with its worker included. */
  readonly maxRssBytes: bigint;
  /** The guest's first and last lines, in their order. */
  readonly logs: readonly GuestLogLine[];
  /** Lines that were left out between the first and the last ones. */
  readonly logsLeftOut: number;
  /** `undefined` when the job ended without it. */
  readonly job: JobDetail | undefined;
}

/** SCALE codec of {@link ExecutionDetail}; decoding throws `ProtocolError`. */
export const ExecutionDetail = codec<ExecutionDetail>(
  'ExecutionDetail',
  struct<ExecutionDetail>({
    cpuTimeNs: u64,
    maxRssBytes: u64,
    logs: vector(struct<GuestLogLine>({ level: u8, target: string, message: string }), MAX_GUEST_LINES),
    logsLeftOut: u32,
    job: option(
      struct<JobDetail>({
        memoryPages: u32,
        codeBytes: u32,
        panic: option(string),
        backtrace: vector(
          struct<GuestFrame>({ isHostFunction: bool, index: u32, name: option(string) }),
          MAX_GUEST_FRAMES,
        ),
      }),
    ),
  }),
);

/** {@link ExecutionDetail} with its texts unread. */
export interface UnreadExecutionDetail {
  /** The job's user and system CPU time, nanoseconds. */
  readonly cpuTimeNs: bigint;
  /** Most memory that the job held, bytes. */
  readonly maxRssBytes: bigint;
  /** The guest's first and last lines, in their order. */
  readonly logs: readonly UnreadGuestLogLine[];
  /** Lines between them. */
  readonly logsLeftOut: number;
  /** `undefined` when the job ended without it. */
  readonly job: UnreadJobDetail | undefined;
}

/** SCALE codec of {@link UnreadExecutionDetail}; decoding throws `ProtocolError`. */
export const UnreadExecutionDetail = codec<UnreadExecutionDetail>(
  'ExecutionDetail',
  struct<UnreadExecutionDetail>({
    cpuTimeNs: u64,
    maxRssBytes: u64,
    logs: vector(unreadLine, MAX_GUEST_LINES),
    logsLeftOut: u32,
    job: option(UnreadJobDetail),
  }),
);
