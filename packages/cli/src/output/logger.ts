import { type Logger, pino } from 'pino';
import type { Terminal } from './terminal.ts';

const LEVELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warning',
  50: 'error',
};

/**
 * The host's log as lines for people on stderr: everything with `verbose`, else only errors, because what it warns of
 * is in the outcomes too.
 */
export function createLogger(terminal: Terminal, verbose: boolean): Logger {
  const options = { level: verbose ? 'debug' : 'error', base: null, timestamp: false };
  return pino(options, { write: (line: string) => terminal.message(formatLogLine(line)) });
}

/** `warning: message (field=value, …)` from one of pino's JSON lines. */
export function formatLogLine(line: string): string {
  const { level, msg, ...fields } = JSON.parse(line) as {
    level: number;
    msg?: string;
    [field: string]: unknown;
  };
  const details = Object.entries(fields).map(([name, value]) => `${name}=${shown(value)}`);
  const suffix = details.length > 0 ? ` (${details.join(', ')})` : '';
  return `${LEVELS[level] ?? 'error'}: ${msg ?? ''}${suffix}`;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  // A logged exception: its stack is of no use to whoever runs the program.
  if (typeof value === 'object' && value !== null && 'stack' in value && 'message' in value) {
    return String(value.message);
  }
  return JSON.stringify(value);
}
