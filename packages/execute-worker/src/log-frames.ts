import { isUtf8 } from 'node:buffer';
import { FRAME_HEADER_BYTES, MAX_GUEST_LINES, UnreadGuestLog, type UnreadGuestLogLine } from '@pvf/protocol';

/**
 * What a guest logs goes through its job's pipe before the answer, each line in a frame of its own whose length has the
 * highest bit set, which no answer's has. So lines are there even if the job never answers.
 */
const LOG_FRAME = 1n << 63n;
/** Lines, and one that says how many are missing. */
const MAX_FRAMES = MAX_GUEST_LINES + 1;

/** In a job. */
export function encodeLogFrame(log: UnreadGuestLog): Uint8Array {
  const payload = UnreadGuestLog.encode(log);
  const frame = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
  new DataView(frame.buffer).setBigUint64(0, LOG_FRAME | BigInt(payload.length), true);
  frame.set(payload, FRAME_HEADER_BYTES);
  return frame;
}

/** A job's output, apart. Views of it. */
export interface SplitOutput {
  readonly logs: readonly UnreadGuestLogLine[];
  /** Lines that the job says it has left out. */
  readonly leftOut: number;
  /** What comes behind the lines. */
  readonly rest: Uint8Array;
  /** Why the lines are none, or too many; those before it are good. */
  readonly fault: string | undefined;
}

/** In the worker, on bytes that anybody may have written. */
export function splitOutput(output: Uint8Array): SplitOutput {
  const view = new DataView(output.buffer, output.byteOffset, output.byteLength);
  const logs: UnreadGuestLogLine[] = [];
  let leftOut = 0;
  let at = 0;
  let fault: string | undefined;
  for (let frames = 0; output.length - at >= FRAME_HEADER_BYTES; frames++) {
    const header = view.getBigUint64(at, true);
    if ((header & LOG_FRAME) === 0n) break;
    const end = at + FRAME_HEADER_BYTES + Number(header & ~LOG_FRAME);
    if (end > output.length) fault = 'a line of the guest is cut off';
    else if (frames === MAX_FRAMES) fault = 'more lines of the guest than a job may tell';
    if (fault !== undefined) break;
    const log = readLog(output.subarray(at + FRAME_HEADER_BYTES, end));
    if (log === undefined || (log.type === 'Line' && logs.length === MAX_GUEST_LINES)) {
      fault = 'what should be a line of the guest is not one';
      break;
    }
    if (log.type === 'Line') logs.push(log.line);
    else leftOut = log.count;
    at = end;
  }
  return { logs, leftOut, rest: output.subarray(at), fault };
}

function readLog(payload: Uint8Array): UnreadGuestLog | undefined {
  try {
    const log = UnreadGuestLog.decodeExact(payload);
    if (log.type === 'LeftOut') return log;
    const { level, target, message } = log.line;
    return level <= 4 && isUtf8(target) && isUtf8(message) ? log : undefined;
  } catch {
    return undefined;
  }
}
