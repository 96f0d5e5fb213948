import { constants } from 'node:os';
import type { EndReason, SandboxEnd } from '../launcher/protocol.ts';
import type { LayerOutcome } from '../policy/types.ts';

/** Exit statuses of `run`: the program's own, and as env, timeout and shells use them. */
const LIMIT_STATUS = 124;
const SANDBOX_FAILED_STATUS = 125;
const NOT_EXECUTABLE_STATUS = 126;
const NOT_FOUND_STATUS = 127;
const SIGNAL_BASE = 128;

function signalName(number: number): string {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `signal ${number}`;
}

/** The status that `run` exits with. */
export function statusOf(reason: EndReason): number {
  switch (reason.type) {
    case 'exited':
      return reason.code;
    case 'signaled':
      return SIGNAL_BASE + reason.signal;
    case 'syscall-violation':
      return SIGNAL_BASE + constants.signals.SIGSYS;
    case 'limit':
      return LIMIT_STATUS;
    case 'not-started':
      return reason.errno === 'ENOENT' ? NOT_FOUND_STATUS : NOT_EXECUTABLE_STATUS;
    case 'sandbox-failed':
      return SANDBOX_FAILED_STATUS;
    default:
      return reason satisfies never;
  }
}

function describeReason(
  reason: EndReason,
  limits: {
    readonly cpuMs?: number;
    readonly wallMs?: number;
    readonly memoryBytes?: number;
    readonly fileBytes?: number;
  },
): string {
  switch (reason.type) {
    case 'exited':
      return `exited with ${reason.code}`;
    case 'signaled':
      return `ended by ${signalName(reason.signal)}`;
    case 'syscall-violation':
      return `stopped: system call ${reason.syscall ?? reason.number ?? '(name unknown)'} is not allowed`;
    case 'limit':
      switch (reason.limit) {
        case 'cpu':
          return `stopped: CPU time limit of ${(limits.cpuMs ?? 0) / 1000} s`;
        case 'wall':
          return `stopped: wall time limit of ${(limits.wallMs ?? 0) / 1000} s`;
        case 'memory':
          return `stopped: memory limit of ${formatBytes(limits.memoryBytes ?? 0)}`;
        case 'file-size':
          return `stopped: file size limit of ${formatBytes(limits.fileBytes ?? 0)}`;
        default:
          return reason.limit satisfies never;
      }
    case 'not-started':
      return `not started: ${reason.message}`;
    case 'sandbox-failed':
      return `not started: ${reason.message}`;
    default:
      return reason satisfies never;
  }
}

function formatBytes(bytes: number): string {
  return bytes >= 1024 ** 2 ? `${Math.round(bytes / 1024 ** 2)} MiB` : `${Math.round(bytes / 1024)} KiB`;
}

/** The lines that `run` prints when the sandbox has ended. */
export function describeEnd(end: SandboxEnd, limits: Parameters<typeof describeReason>[1]): string[] {
  const { cpuMs, wallMs, peakMemoryBytes } = end.usage;
  const memory = peakMemoryBytes === 0 ? '' : `, memory ${formatBytes(peakMemoryBytes)}`;
  const refused = Object.entries(end.refused).map(([name, count]) => `${name} ×${count}`);
  return [
    `${describeReason(end.reason, limits)} (CPU ${(cpuMs / 1000).toFixed(2)} s, wall ${(wallMs / 1000).toFixed(2)} s${memory})`,
    ...(refused.length === 0 ? [] : [`refused system calls: ${refused.join(', ')}`]),
    ...missingLines(end.outcomes),
  ];
}

/** What was asked for and is not enforced, or only by measuring. */
function missingLines(outcomes: readonly LayerOutcome[]): string[] {
  const measured = outcomes.flatMap(({ layer, passes = [] }) =>
    passes.length === 0 ? [] : [`measured, not enforced (${layer}): what gets past: ${passes.join('; ')}`],
  );
  const missing = outcomes
    .filter(({ missing }) => missing.length > 0)
    .map(
      ({ layer, missing, reason }) =>
        `not enforced (${layer}): ${missing.join(', ')}${reason === undefined ? '' : `; ${reason}`}`,
    );
  return [...missing, ...measured];
}
