import type { ExecutionDetail, GuestFrame, PreparationDetail } from '@pvf/host';
import { mebibytes, milliseconds, percent } from './units.ts';

/** Calls and log lines that are shown; `--json` has all. */
const FRAMES = 12;
const LINES = 6;

/** `used of what is allowed: CPU 2.80 s of 60.00 s (5 %), …`; what nobody can tell is left out. */
export function useLine({ used, limits }: ExecutionDetail): string {
  const { memoryBytes, residentBytes } = used;
  // Only a job that answered tells its guest's memory; of one that was killed the kernel does, with all of its process.
  const process =
    memoryBytes !== undefined || residentBytes === undefined
      ? ''
      : `; its process held up to ${mebibytes(residentBytes)}, and the guest may have ${mebibytes(limits.memoryBytes)}`;
  return `${answeredUse({ used, limits })}${process}`;
}

function answeredUse({ used, limits }: Pick<ExecutionDetail, 'used' | 'limits'>): string {
  return allowed([
    ['CPU', used.cpuTimeMs, limits.cpuTimeMs, milliseconds],
    ['memory', used.memoryBytes, limits.memoryBytes, mebibytes],
    ['PoV', used.povBytes, limits.povBytes, mebibytes],
    ['code', used.codeBytes, limits.codeBytes, mebibytes],
  ]);
}

/** The same of a preparation; empty if nobody can tell any of it. */
export function preparationUse({ used, limits }: PreparationDetail): string[] {
  const line = allowed([
    ['CPU', used.cpuTimeMs, limits.cpuTimeMs, milliseconds],
    ['memory', used.memoryBytes, limits.memoryBytes, mebibytes],
    ['code', used.codeBytes, limits.codeBytes, mebibytes],
  ]);
  return line === '' ? [] : [line];
}

type Share = [name: string, used: number | undefined, limit: number | undefined, show: (n: number) => string];

function allowed(shares: readonly Share[]): string {
  const parts = shares.flatMap(([name, used, limit, show]) =>
    used === undefined || limit === undefined
      ? []
      : [`${name} ${show(used)} of ${show(limit)} (${percent({ used, limit })})`],
  );
  return parts.length === 0 ? '' : `used of what is allowed: ${parts.join(', ')}`;
}

/** Why a guest trapped, in its own words: its calls, and what it has logged beside its panic. */
export function guestLines({ panic, logs, logsLeftOut, backtrace }: ExecutionDetail): string[] {
  const said = logs.filter(({ message }) => message !== panic);
  const missing = logsLeftOut + Math.max(0, said.length - LINES);
  return [
    ...(backtrace.length === 0 ? [] : ['functions that had not returned, the innermost first:']),
    ...backtrace.slice(0, FRAMES).map((frame, i) => `  ${i}: ${frameText(frame)}`),
    ...(backtrace.length > FRAMES ? [`  … ${backtrace.length - FRAMES} more`] : []),
    ...(said.length === 0
      ? []
      : [`the PVF logged${missing === 0 ? '' : ` (${missing} lines before these)`}:`]),
    ...said.slice(-LINES).map(({ level, target, message }) => `  ${level} ${target}: ${message}`),
  ];
}

function frameText(frame: GuestFrame): string {
  if (frame.type === 'host-function') return `${frame.name} (of the host)`;
  // Rust's compiler adds a hash to each name, which tells people nothing.
  return frame.name?.replace(/::h[0-9a-f]{16}$/, '') ?? `<wasm function ${frame.index}>`;
}
