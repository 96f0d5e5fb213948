import type { PrecheckOutcome } from '@pvf/host';
import { type ExecutorParam, precheckingMaxMemory, prepTimeoutMs } from '@pvf/protocol';
import type { CodeSource } from '../input/code.ts';
import type { Io } from './print.ts';
import { styleFor } from './style.ts';
import { table } from './table.ts';
import { bytes, mebibytes, milliseconds, nanosecondsToMs, percent } from './units.ts';

export interface PrecheckLimits {
  readonly params: readonly ExecutorParam[];
  /** Bytes. */
  readonly bombLimit: number;
  /** Bytes. */
  readonly maxCodeSize: number;
}

/** Used and allowed. */
export interface Used {
  readonly used: number;
  readonly limit: number;
}

/** Bytes and milliseconds; what an artifact of an earlier run cost is not known, nor what nobody limits. */
export interface PrecheckUsage {
  readonly code: Used;
  readonly decompressed: Used | undefined;
  readonly cpuMs: Used | undefined;
  readonly memory: { readonly used: number; readonly limit: number | undefined } | undefined;
}

/** One PVF's precheck. */
export interface PrecheckReport {
  readonly file: string;
  readonly codeBytes: number;
  readonly readFrom: CodeSource['readFrom'];
  readonly outcome: PrecheckOutcome;
  /** What was used of what is allowed; undefined where it is not known. */
  readonly usage: PrecheckUsage;
  /** What makes the PVF useless although a precheck accepts it, or soon will. */
  readonly shortcomings: string[];
  /** In what agents of a cluster differ, where they do. */
  readonly differences?: readonly string[];
}

export function usageOf(codeBytes: number, outcome: PrecheckOutcome, limits: PrecheckLimits): PrecheckUsage {
  const stats = outcome.kind === 'ok' ? outcome.artifact.stats : undefined;
  const memoryLimit = precheckingMaxMemory(limits.params);
  const { maxRssBytes } = stats ?? {};
  return {
    code: { used: codeBytes, limit: limits.maxCodeSize },
    decompressed: stats && { used: stats.codeLength, limit: limits.bombLimit },
    cpuMs: stats && {
      used: nanosecondsToMs(stats.cpuTimeNs),
      limit: prepTimeoutMs(limits.params, 'Precheck'),
    },
    memory:
      maxRssBytes === undefined
        ? undefined
        : { used: maxRssBytes, limit: memoryLimit === undefined ? undefined : Number(memoryLimit) },
  };
}

/** One line for each limit. */
export function usageLines({ code, decompressed, cpuMs, memory }: PrecheckUsage): string[] {
  return [
    `code: ${bytes(code.used)} of ${bytes(code.limit)} (${percent(code)})`,
    ...(decompressed === undefined
      ? []
      : [
          `decompressed: ${bytes(decompressed.used)} of ${bytes(decompressed.limit)} (${percent(decompressed)})`,
        ]),
    ...(cpuMs === undefined
      ? []
      : [`preparation: ${milliseconds(cpuMs.used)} of ${milliseconds(cpuMs.limit)} CPU (${percent(cpuMs)})`]),
    ...(memory?.limit === undefined
      ? []
      : [
          `memory: ${mebibytes(memory.used)} of ${mebibytes(memory.limit)} (${percent({ used: memory.used, limit: memory.limit })})`,
        ]),
  ];
}

/** All PVFs at a glance, with what they use of each limit. */
export async function precheckTable(io: Io, reports: readonly PrecheckReport[]): Promise<string> {
  const style = styleFor(io.stdout, io.env);
  const rows = reports.map(({ file, outcome, usage, shortcomings }) => [
    file,
    verdict(outcome, style),
    percent(usage.code),
    usage.decompressed === undefined ? '-' : percent(usage.decompressed),
    usage.cpuMs === undefined ? '-' : percent(usage.cpuMs),
    usage.memory === undefined ? '-' : mebibytes(usage.memory.used),
    shortcomings.length === 0 ? '0' : style.yellow(String(shortcomings.length)),
  ]);
  const head = ['PVF', 'precheck', 'code', 'unpacked', 'CPU', 'memory', 'warnings'];
  return table(io.stdout, head, rows, new Set([2, 3, 4, 5, 6]));
}

function verdict({ kind }: PrecheckOutcome, style: ReturnType<typeof styleFor>): string {
  if (kind === 'ok') return style.green('accepted');
  return kind === 'failed' ? style.red('rejected') : style.yellow('undecided');
}
