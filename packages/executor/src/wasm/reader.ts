import { isUtf8 } from 'node:buffer';
import { RewriteError, type RewriteErrorMeta } from './errors.ts';

/**
 * A cursor over the module that refuses what the reference's parser refuses. Every failure is a
 * `RewriteError` with code `PREVALIDATION` that names the section and function set below.
 */
export class Reader {
  readonly code: Uint8Array;
  pos: number;
  /** Reading beyond this offset is an unexpected end: the end of the module, section or body. */
  end: number;
  section: string | undefined;
  functionIndex: number | undefined;
  /** Set when a LEB128 number was longer than necessary; the caller clears it. */
  padded = false;

  constructor(code: Uint8Array, start = 0, end = code.length) {
    this.code = code;
    this.pos = start;
    this.end = end;
  }

  place(offset: number = this.pos): RewriteErrorMeta {
    return {
      ...(this.section !== undefined && { section: this.section }),
      ...(this.functionIndex !== undefined && { functionIndex: this.functionIndex }),
      offset,
    };
  }

  fail(reason: string, offset?: number): never {
    throw new RewriteError('PREVALIDATION', reason, this.place(offset));
  }

  unexpectedEnd(): never {
    this.fail('unexpected end of data', this.end);
  }

  byte(): number {
    if (this.pos >= this.end) this.unexpectedEnd();
    return this.code[this.pos++]!;
  }

  u32(): number {
    const start = this.pos;
    let byte = this.byte();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (byte === 0) this.padded = true;
        return value;
      }
    }
    byte = this.byte();
    if (byte > 0x0f) this.fail('unsigned LEB128 number does not fit 32 bits', start);
    if (byte === 0) this.padded = true;
    return (value | (byte << 28)) >>> 0;
  }

  i32(): number {
    const start = this.pos;
    let value = 0;
    let previous = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.#noteSignPadding(byte, previous, shift);
        return (value << (25 - shift)) >> (25 - shift);
      }
      previous = byte;
    }
    const byte = this.byte();
    if (byte > 0x07 && (byte < 0x78 || byte > 0x7f)) {
      this.fail('signed LEB128 number does not fit 32 bits', start);
    }
    this.#noteSignPadding(byte, previous, 28);
    return value | (byte << 28);
  }

  /** Checks a signed 64-bit number and steps over it; nothing here needs its value. */
  skipI64(): void {
    const start = this.pos;
    let previous = 0;
    for (let shift = 0; shift < 63; shift += 7) {
      const byte = this.byte();
      if (byte < 0x80) {
        this.#noteSignPadding(byte, previous, shift);
        return;
      }
      previous = byte;
    }
    const byte = this.byte();
    if (byte !== 0 && byte !== 0x7f) this.fail('signed LEB128 number does not fit 64 bits', start);
    this.#noteSignPadding(byte, previous, 63);
  }

  #noteSignPadding(last: number, previous: number, shift: number): void {
    if (shift === 0) return;
    const negative = (previous & 0x40) !== 0;
    if ((last === 0 && !negative) || (last === 0x7f && negative)) this.padded = true;
  }

  skip(bytes: number): void {
    if (bytes > this.end - this.pos) this.unexpectedEnd();
    this.pos += bytes;
  }

  /** A length-prefixed UTF-8 string; returns the offset of its first byte, `pos` is then its end. */
  name(): number {
    const length = this.u32();
    const start = this.pos;
    this.skip(length);
    if (length > 0 && !isUtf8(this.code.subarray(start, this.pos))) this.fail('name is not UTF-8', start);
    return start;
  }

  valueType(): number {
    const byte = this.byte();
    if (byte < 0x7c || byte > 0x7f) this.fail(`unknown value type 0x${byte.toString(16)}`, this.pos - 1);
    return byte;
  }

  /** The empty block type or one value type; both are one byte, but may come as a padded number. */
  blockType(): number {
    const start = this.pos;
    const type = this.i32();
    if (type !== -0x40 && (type < -4 || type > -1)) this.fail(`unknown block type ${type}`, start);
    return type;
  }

  zeroByte(what: string): void {
    if (this.byte() !== 0) this.fail(`${what} index must be a single zero byte`, this.pos - 1);
  }
}
