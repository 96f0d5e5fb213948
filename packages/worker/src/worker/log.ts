import pino from 'pino';
import type { WorkerKind } from './command-line.ts';

/** Numbers of the reference's log levels, as `ext_logging_max_level` gives them to a guest. */
const LEVELS = ['off', 'error', 'warn', 'info', 'debug', 'trace'] as const;
/** How much is logged; each level has those before it. */
export type LogLevel = (typeof LEVELS)[number];

/** Variables that a host may pass to a worker; every other one counts as "not cleared". */
export const LOG_VARIABLES = ['RUST_LOG', 'PVF_LOG'] as const;

/**
 * The most verbose level that a log variable enables: `level` or `target=level`, separated by commas, as the
 * reference reads RUST_LOG. Without a variable, or with none of the words, it is `error`.
 */
export function maxLogLevel(environment: Readonly<Record<string, string | undefined>>): LogLevel {
  const spec = environment.PVF_LOG ?? environment.RUST_LOG ?? '';
  let max = -1;
  for (const directive of spec.split(',')) {
    const word = directive
      .slice(directive.lastIndexOf('=') + 1)
      .trim()
      .toLowerCase();
    max = Math.max(max, LEVELS.indexOf(word as LogLevel));
  }
  return LEVELS[max] ?? 'error';
}

/** 0 (off) to 5 (trace). */
export function logLevelNumber(level: LogLevel): number {
  return LEVELS.indexOf(level);
}

/** Writes JSON lines to stderr, synchronously: a worker has no event loop that could flush anything later. */
export function createLogger(kind: WorkerKind, level: LogLevel): pino.Logger {
  return pino(
    { level: level === 'off' ? 'silent' : level, base: { worker: kind, pid: process.pid } },
    pino.destination({ fd: 2, sync: true }),
  );
}
