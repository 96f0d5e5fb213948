import type { GuestInstance, LogSink, Trap, TrapFrame } from '@pvf/executor';
import { writeAll } from '@pvf/linux';
import {
  MAX_FUNCTION_NAME_BYTES,
  MAX_GUEST_LINES,
  MAX_GUEST_MESSAGE_BYTES,
  MAX_GUEST_TARGET_BYTES,
  type UnreadGuestFrame,
  type UnreadGuestLogLine,
  type UnreadJobDetail,
} from '@pvf/protocol';
import { cutAt } from '@pvf/worker';
import { encodeLogFrame } from '../log-frames.ts';

// What a guest says, in the one job that it has. A process that runs jobs itself (the warm-up) begins anew with each.

/** Told when they are logged. */
const FIRST_LINES = 64;
/** Kept of those behind them, and told with the answer. */
const LAST_LINES = MAX_GUEST_LINES - FIRST_LINES;
const ERROR = 0;
/** How Rust's panics begin. */
const PANICKED = new TextEncoder().encode('panicked at');

let writeFd = -1;
let told = 0;
let leftOut = 0;
let last: UnreadGuestLogLine[] = [];
let panic: Uint8Array | undefined;

/** Before the guest runs. @param fd the job's pipe */
export function beginGuestLog(fd: number): void {
  writeFd = fd;
  told = 0;
  leftOut = 0;
  last = [];
  panic = undefined;
}

/** Takes a line of the guest: at once to the worker, or, behind the first ones, into the list of the last ones. */
export const guestLogSink: LogSink = (level, target, message) => {
  const line: UnreadGuestLogLine = {
    level,
    target: cut(target, MAX_GUEST_TARGET_BYTES),
    message: cut(message, MAX_GUEST_MESSAGE_BYTES),
  };
  if (level === ERROR && PANICKED.every((byte, i) => message[i] === byte)) panic = line.message;
  if (told < FIRST_LINES) {
    told++;
    writeAll(writeFd, encodeLogFrame({ type: 'Line', line }));
    return;
  }
  last.push(line);
  if (last.length <= LAST_LINES) return;
  last.shift();
  leftOut++;
};

/** Before the answer. */
export function endGuestLog(): void {
  if (leftOut > 0)
    writeAll(writeFd, encodeLogFrame({ type: 'LeftOut', count: Math.min(leftOut, 0xffff_ffff) }));
  for (const line of last) writeAll(writeFd, encodeLogFrame({ type: 'Line', line }));
}

/** What the worker is told of the guest beside the answer. */
export function detailOf(guest: GuestInstance | undefined, trap: Trap | undefined): UnreadJobDetail {
  const said = trap === undefined ? undefined : (trap.panic ?? panic);
  return {
    memoryPages: guest?.memoryPages() ?? 0,
    codeBytes: guest?.codeBytes ?? 0,
    panic: said === undefined ? undefined : toUtf8(cut(said, MAX_GUEST_MESSAGE_BYTES)),
    backtrace: (trap?.backtrace ?? []).map(frameOf),
  };
}

function frameOf(frame: TrapFrame): UnreadGuestFrame {
  const { name } = frame;
  return {
    isHostFunction: frame.type === 'host-function',
    index: frame.type === 'function' ? frame.index : 0,
    name: name === undefined ? undefined : cut(Buffer.from(name), MAX_FUNCTION_NAME_BYTES),
  };
}

/** What is not UTF-8 becomes U+FFFD. */
function toUtf8(bytes: Uint8Array): Uint8Array {
  return cut(Buffer.from(new TextDecoder().decode(bytes)), MAX_GUEST_MESSAGE_BYTES);
}

function cut(bytes: Uint8Array, limit: number): Uint8Array {
  return bytes.subarray(0, cutAt(bytes, limit));
}
