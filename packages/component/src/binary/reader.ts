import { ComponentError } from '../errors.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Reads the binary format of modules and components. Whatever does not fit is a MALFORMED error with its offset. */
export class Reader {
  readonly bytes: Uint8Array;
  pos: number;
  readonly end: number;
  /** Where `bytes` begins in the file, for messages. */
  readonly #base: number;

  constructor(bytes: Uint8Array, pos = 0, end = bytes.length, base = 0) {
    this.bytes = bytes;
    this.pos = pos;
    this.end = end;
    this.#base = base;
  }

  get offset(): number {
    return this.#base + this.pos;
  }

  get done(): boolean {
    return this.pos >= this.end;
  }

  byte(): number {
    if (this.pos >= this.end) this.fail('it ends too early');
    return this.bytes[this.pos++]!;
  }

  peek(): number {
    if (this.pos >= this.end) this.fail('it ends too early');
    return this.bytes[this.pos]!;
  }

  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      if (shift === 28 && byte > 0x0f) break;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return this.fail('a number does not fit into 32 bits');
  }

  /** Steps over a signed number of at most `bits` bits. */
  skipSigned(bits: number): void {
    for (let read = 0; read < Math.ceil(bits / 7); read++) if (this.byte() < 0x80) return;
    this.fail(`a number does not fit into ${bits} bits`);
  }

  skip(length: number): void {
    if (length > this.end - this.pos) this.fail('it ends too early');
    this.pos += length;
  }

  take(length: number): Uint8Array {
    const start = this.pos;
    this.skip(length);
    return this.bytes.subarray(start, this.pos);
  }

  name(maxBytes: number): string {
    const length = this.u32();
    if (length > maxBytes) {
      throw new ComponentError(
        'LIMIT',
        { limit: 'bytes of a name', allowed: maxBytes, found: length },
        `a name of ${length} bytes, more than ${maxBytes}`,
      );
    }
    const bytes = this.take(length);
    try {
      return UTF8.decode(bytes);
    } catch {
      return this.fail('a name is not UTF-8');
    }
  }

  /** Number of elements of a vector, each of at least `least` bytes. */
  count(least = 1): number {
    const count = this.u32();
    if (count * least > this.end - this.pos) this.fail('a list is longer than the file');
    return count;
  }

  /** A reader of the next `length` bytes alone; this one moves behind them. */
  part(length: number): Reader {
    const start = this.pos;
    this.skip(length);
    return new Reader(this.bytes, start, this.pos, this.#base);
  }

  /** Throws unless everything was read. */
  finish(what: string): void {
    if (this.pos !== this.end) this.fail(`${what} is longer than its contents`);
  }

  fail(what: string, offset = this.offset): never {
    throw new ComponentError('MALFORMED', { offset, what }, `malformed at byte ${offset}: ${what}`);
  }
}
