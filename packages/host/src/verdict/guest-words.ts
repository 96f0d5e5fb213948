import type { ExecutionDetail as ToldDetail } from '@pvf/protocol';
import type { ExecutionDetail, GuestFrame, GuestLogLevel, GuestLogLine } from '../detail.ts';
import { demangled } from './demangle.ts';

const LEVELS: readonly GuestLogLevel[] = ['error', 'warn', 'info', 'debug', 'trace'];
/** Of a panic, in a message. */
const PANIC_CHARS = 400;

/** Control and format characters, surrogates, private use, unassigned: everything of Unicode's category C. */
const UNPRINTABLE = /\p{C}/gu;
const LINE_BREAKS = /\s*[\n\r\u2028\u2029]\s*/g;

/** A guest's text as one line that may be shown on a terminal and written to a log. */
export function cleaned(text: string): string {
  return text.replace(LINE_BREAKS, ' | ').replace(UNPRINTABLE, '\u{fffd}').trim();
}

/** What a worker tells of the guest, as far as people may see it. */
export function readGuest(
  told: ToldDetail | undefined,
): Pick<ExecutionDetail, 'panic' | 'logs' | 'logsLeftOut' | 'backtrace'> {
  const panic = told?.job?.panic;
  return {
    panic: panic === undefined ? undefined : cleaned(panic),
    logs: (told?.logs ?? []).map(
      ({ level, target, message }): GuestLogLine => ({
        level: LEVELS[level] ?? 'trace',
        target: cleaned(target),
        message: cleaned(message),
      }),
    ),
    logsLeftOut: told?.logsLeftOut ?? 0,
    backtrace: (told?.job?.backtrace ?? []).map(
      ({ isHostFunction, index, name }): GuestFrame =>
        isHostFunction
          ? { type: 'host-function', name: cleaned(name ?? '') }
          : { type: 'function', index, name: name === undefined ? undefined : cleaned(demangled(name)) },
    ),
  };
}

/** Adds the text of the guest's panic to what the job said of its end. */
export function withPanic(message: string, told: ToldDetail | undefined): string {
  const panic = told?.job?.panic;
  if (panic === undefined) return message;
  const text = cleaned(panic);
  return `${message}: ${text.length <= PANIC_CHARS ? text : `${text.slice(0, PANIC_CHARS)}…`}`;
}

/** A frame in the form of a backtrace's line, without its number: `name` or `<wasm function 12>`. */
export function describeFrame(frame: GuestFrame): string {
  if (frame.type === 'host-function') return frame.name;
  return frame.name === undefined ? `<wasm function ${frame.index}>` : withoutHash(frame.name);
}

/** Rust's compiler adds a hash to each name, which tells people nothing. */
function withoutHash(name: string): string {
  return name.replace(/::h[0-9a-f]{16}$/, '');
}
