import type { Logger } from 'pino';
import type { ValidationCommon } from '../outcome.ts';
import { cleaned, describeFrame } from '../verdict/index.ts';

/** What a candidate or its guest brings into the log is cut there. */
const REASON_CHARS = 1_024;
const FRAMES = 16;
const LINES = 4;

/** One line about a candidate that its execution has an answer against: why, in the guest's own words. */
export function logRefusal(
  logger: Logger,
  { codeHash, candidateHash, detail }: ValidationCommon,
  cause: string,
  message: string,
): void {
  const { backtrace, logs, used, limits } = detail;
  logger.warn(
    {
      codeHash,
      candidateHash,
      cause,
      reason: cut(cleaned(message)),
      ...(backtrace.length > 0 && { backtrace: backtrace.slice(0, FRAMES).map(describeFrame).map(cut) }),
      ...(logs.length > 0 && {
        guestLog: logs.slice(-LINES).map((line) => cut(`${line.level} ${line.target}: ${line.message}`)),
      }),
      cpuTimeMs: used.cpuTimeMs,
      cpuLimitMs: limits.cpuTimeMs,
    },
    'a candidate was refused',
  );
}

function cut(text: string): string {
  return text.length <= REASON_CHARS ? text : `${text.slice(0, REASON_CHARS)}…`;
}
