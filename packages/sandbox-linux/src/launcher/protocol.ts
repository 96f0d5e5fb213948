import type { SyscallName } from '@pvf/linux';
import type { LayerOutcome, Policy } from '../policy/types.ts';

/**
 * What goes over descriptor 3 of the launcher, both ways: 4 bytes of length (little-endian), then JSON. The other
 * half is spawn/spawn-sandboxed.ts.
 */
export interface LauncherRequest {
  readonly type: 'run';
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly policy: Policy;
  /** An older Landlock ABI to behave as. */
  readonly landlockAbi?: number;
  /** Without a supervisor for system calls, as on an old kernel. */
  readonly noNotify?: boolean;
  /** Without cgroups, as where none are delegated. */
  readonly noCgroup?: boolean;
}

/** Sent while the sandbox runs. */
export interface SignalRequest {
  readonly type: 'signal';
  readonly signal: number;
}

/** How the program ended. */
export type EndReason =
  | { readonly type: 'exited'; readonly code: number }
  | { readonly type: 'signaled'; readonly signal: number }
  /** Killed because it made a call that the policy forbids; the name is unknown where nobody supervises the filter. */
  | {
      readonly type: 'syscall-violation';
      readonly syscall: SyscallName | undefined;
      readonly number: number | undefined;
    }
  | { readonly type: 'limit'; readonly limit: 'cpu' | 'wall' | 'memory' | 'file-size' }
  /** The program could not be executed. */
  | { readonly type: 'not-started'; readonly errno: string; readonly message: string }
  /** A layer could not be enforced, or the sandbox itself failed. */
  | { readonly type: 'sandbox-failed'; readonly code: string; readonly message: string };

/** How a sandbox ended, what it used, and what enforced its policy. */
export interface SandboxEnd {
  /** How the program ended, or why it never began. */
  readonly reason: EndReason;
  /** System calls that were refused, by name, and how often. */
  readonly refused: Readonly<Record<string, number>>;
  /** By the account of the kernel, of the whole sandbox. */
  readonly usage: {
    /** Of all processes of the sandbox, milliseconds. */
    readonly cpuMs: number;
    readonly wallMs: number;
    /** Most that all processes used together when measured, bytes; 0 without a memory limit. */
    readonly peakMemoryBytes: number;
    /** Largest resident set of one process, bytes; at least the 26 MB or so of the launcher's copy that became it. */
    readonly maxRssBytes: number;
  };
  /** What became of each layer of the policy. */
  readonly outcomes: readonly LayerOutcome[];
}

/** What the launcher says. */
export type LauncherMessage =
  | { readonly type: 'started'; readonly outcomes: readonly LayerOutcome[] }
  | { readonly type: 'ended'; readonly end: SandboxEnd };

/** The argument that makes the launcher probe the machine and print the report. */
export const PROBE_COMMAND = 'probe';
export const CONTROL_FD = 3;
export const LENGTH_BYTES = 4;
/** Far above any real request (arguments and environment are limited to a few MiB by the kernel). */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

export function encodeMessage(
  message: LauncherRequest | SignalRequest | LauncherMessage | InitMessage,
): Buffer {
  const body = Buffer.from(JSON.stringify(message));
  const frame = Buffer.alloc(LENGTH_BYTES + body.length);
  frame.writeUInt32LE(body.length, 0);
  body.copy(frame, LENGTH_BYTES);
  return frame;
}

/** What the sandbox's init tells the launcher. */
export type InitMessage =
  | { readonly type: 'started' }
  | {
      readonly type: 'ended';
      readonly reason: EndReason;
      readonly refused: Readonly<Record<string, number>>;
      /** What turned out to be missing, beside the plan's outcomes. */
      readonly missing: readonly string[];
      readonly usage: SandboxEnd['usage'];
    };
