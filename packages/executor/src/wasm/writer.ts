/** A growing output buffer with the number encodings of the binary format. */
export class Writer {
  bytes: Uint8Array;
  length = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(Math.max(capacity, 64));
  }

  /** Makes room for `extra` more bytes. */
  reserve(extra: number): void {
    const needed = this.length + extra;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, Math.ceil(this.bytes.length * 1.5)));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  u32(value: number): void {
    this.reserve(5);
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.bytes[this.length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.length++] = rest;
  }

  i32(value: number): void {
    this.reserve(5);
    let rest = value | 0;
    while (rest < -0x40 || rest > 0x3f) {
      this.bytes[this.length++] = (rest & 0x7f) | 0x80;
      rest >>= 7;
    }
    this.bytes[this.length++] = rest & 0x7f;
  }

  /** Appends `source[start, end)`. */
  copy(source: Uint8Array, start: number, end: number): void {
    const count = end - start;
    this.reserve(count);
    if (count > 48) {
      this.bytes.set(source.subarray(start, end), this.length);
      this.length += count;
      return;
    }
    const { bytes } = this;
    let to = this.length;
    for (let from = start; from < end; from++) bytes[to++] = source[from]!;
    this.length = to;
  }

  all(source: Uint8Array): void {
    this.copy(source, 0, source.length);
  }

  /**
   * Starts a block whose length goes before it. `guess` is its likely size in bytes: a good guess saves
   * moving the block once its size is known. Returns the handle for `endSized`.
   */
  beginSized(guess: number): number {
    const width = lebWidth(guess);
    this.reserve(width);
    this.length += width;
    return this.length * 8 + width;
  }

  /** Ends the block and returns its size in bytes. */
  endSized(handle: number): number {
    const start = Math.floor(handle / 8);
    const guessed = handle % 8;
    const size = this.length - start;
    const width = lebWidth(size);
    if (width !== guessed) {
      this.reserve(5);
      this.bytes.copyWithin(start - guessed + width, start, this.length);
    }
    this.length = start - guessed;
    this.u32(size);
    this.length += size;
    return size;
  }
}

/** Bytes that the unsigned LEB128 form of `value` (u32) takes. */
export function lebWidth(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
}
