/** Builds sections of the binary format. */
export class Writer {
  #buffer = new Uint8Array(1024);
  length = 0;

  #room(extra: number): void {
    if (this.length + extra <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(this.#buffer.length * 2, this.length + extra));
    larger.set(this.#buffer.subarray(0, this.length));
    this.#buffer = larger;
  }

  byte(value: number): this {
    this.#room(1);
    this.#buffer[this.length++] = value;
    return this;
  }

  bytes(values: Uint8Array | readonly number[]): this {
    this.#room(values.length);
    this.#buffer.set(values, this.length);
    this.length += values.length;
    return this;
  }

  u32(value: number): this {
    let rest = value;
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80);
      rest = Math.floor(rest / 128);
    }
    return this.byte(rest);
  }

  i32(value: number): this {
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  i64(value: bigint): this {
    let rest = value;
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      if ((rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  name(text: string): this {
    const bytes = Buffer.from(text, 'utf8');
    return this.u32(bytes.length).bytes(bytes);
  }

  /** Length, then the bytes: the form of a section's and of a function's body. */
  sized(contents: Writer | Uint8Array): this {
    const bytes = contents instanceof Writer ? contents.finish() : contents;
    return this.u32(bytes.length).bytes(bytes);
  }

  section(id: number, contents: Writer | Uint8Array): this {
    return this.byte(id).sized(contents);
  }

  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.length);
  }
}

export const MODULE_HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00] as const;
