import { mapScratch, viewOf, writeAll } from '@pvf/linux';
import type { UnreadGuestLogLine } from '@pvf/protocol';
import type { WorkerKind } from './command-line.ts';

/** Of a guest's message, in a line of the log; hosts cut lines at a thousand characters or so. */
const MESSAGE_BYTES = 640;
/** Pino's numbers for the levels of guests: error, warn, info, debug, trace. */
const PINO_LEVELS = [50, 40, 30, 20, 10] as const;
/** Each byte becomes six at most; beside them stand a few fields of ours. */
const LINE_BYTES = 8 * 1024;
const STDERR = 2;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DELETE = 0x7f;
const HEX = new TextEncoder().encode('0123456789abcdef');

/**
 * Writes what guests log to the worker's log: JSON lines on stderr, like pino's, that begin with `{"guest":true`. A line
 * is put together outside V8's heap, byte by byte: a text that was decoded would be in the memory of the next job.
 */
export class GuestLog {
  readonly #kind: WorkerKind;
  readonly #level: number;
  readonly #fd: number;
  #line: Uint8Array | undefined;
  #at = 0;

  /**
   * @param level 0 (off) to 5 (trace): the worker's
   * @param fd where the log goes
   */
  constructor(kind: WorkerKind, level: number, fd = STDERR) {
    this.#kind = kind;
    this.#fd = fd;
    this.#level = level;
  }

  /** Logs what a job's guest has logged, as far as the worker's level lets it through. */
  write(jobPid: number, lines: readonly UnreadGuestLogLine[], leftOut: number): void {
    for (const { level, target, message } of lines) {
      const number = PINO_LEVELS[level];
      if (number === undefined || level >= this.#level) continue;
      this.#begin(number, jobPid);
      this.#ours(',"target":"');
      this.#theirs(target);
      this.#ours('","msg":"');
      this.#theirs(message);
      this.#end();
    }
    if (leftOut === 0 || this.#level === 0) return;
    this.#begin(PINO_LEVELS[0], jobPid);
    this.#ours(`,"leftOut":${leftOut},"msg":"lines of a guest were left out between its first and last ones`);
    this.#end();
  }

  #begin(level: number, jobPid: number): void {
    this.#line ??= new Uint8Array(viewOf(mapScratch(LINE_BYTES), LINE_BYTES));
    this.#at = 0;
    const worker = `"worker":"${this.#kind}","pid":${process.pid},"jobPid":${jobPid}`;
    this.#ours(`{"guest":true,"level":${level},"time":${Date.now()},${worker}`);
  }

  #end(): void {
    this.#ours('"}\n');
    const line = this.#line!.subarray(0, this.#at);
    try {
      writeAll(this.#fd, line);
    } catch {
      // Nobody reads the log: no reason to answer another way.
    }
    line.fill(0);
  }

  #ours(text: string): void {
    for (let i = 0; i < text.length; i++) this.#byte(text.charCodeAt(i));
  }

  /** @param text UTF-8 */
  #theirs(text: Uint8Array): void {
    const end = cutAt(text, MESSAGE_BYTES);
    for (let i = 0; i < end; i++) {
      const byte = text[i]!;
      const [width, code] = unprintable(text, i);
      if (width > 0) {
        this.#escape(code);
        i += width - 1;
      } else {
        if (byte === QUOTE || byte === BACKSLASH) this.#byte(BACKSLASH);
        this.#byte(byte);
      }
    }
  }

  /** As `\uXXXX`. */
  #escape(code: number): void {
    this.#ours('\\u');
    for (let shift = 12; shift >= 0; shift -= 4) this.#byte(HEX[(code >> shift) & 15]!);
  }

  #byte(byte: number): void {
    this.#line![this.#at++] = byte;
  }
}

/** Where to cut UTF-8, so that it is not longer than `limit` and no character is broken. */
export function cutAt(text: Uint8Array, limit: number): number {
  if (text.length <= limit) return text.length;
  let end = limit;
  while (end > 0 && (text[end]! & 0xc0) === 0x80) end--;
  return end;
}

const PRINTABLE: readonly [number, number] = [0, 0];

/**
 * Bytes and code of a character at `at` that must not reach a terminal as it is: controls (C0, DEL, C1), marks that
 * change the direction of text or cannot be seen, line separators. Width 0: another one.
 */
function unprintable(text: Uint8Array, at: number): readonly [width: number, code: number] {
  const byte = text[at]!;
  if (byte < 0x20 || byte === DELETE) return [1, byte];
  if (byte < 0xc2) return PRINTABLE;
  const second = text[at + 1]!;
  if (byte === 0xc2) return second < 0xa0 || second === 0xad ? [2, second] : PRINTABLE;
  const third = text[at + 2]!;
  const code = ((byte & 0xf) << 12) | ((second & 0x3f) << 6) | (third & 0x3f);
  if (byte === 0xe2) {
    const isMark = (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e);
    return isMark || (code >= 0x2060 && code <= 0x206f) ? [3, code] : PRINTABLE;
  }
  if (byte === 0xef) return code === 0xfeff || (code >= 0xfff9 && code <= 0xfffb) ? [3, code] : PRINTABLE;
  // The plane of tags, which nobody sees.
  return byte === 0xf3 ? [4, 0xfffd] : PRINTABLE;
}
