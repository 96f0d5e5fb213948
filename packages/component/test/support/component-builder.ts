import { Writer } from '../../src/binary/writer.ts';

/** Builds components byte by byte, well-formed or not. */
export class ComponentBuilder {
  readonly #out = new Writer().bytes([0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00]);

  section(id: number, contents: Uint8Array | readonly number[]): this {
    this.#out.section(id, Uint8Array.from(contents));
    return this;
  }

  /** A section that is a vector of items. */
  items(id: number, ...items: readonly (readonly number[] | Uint8Array)[]): this {
    const body = new Writer().u32(items.length);
    for (const item of items) body.bytes(item);
    return this.section(id, body.finish());
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#out.finish());
  }
}

export const EMPTY_MODULE = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00] as const;

export function name(text: string): number[] {
  return [...new Writer().name(text).finish()];
}

/** Unsigned LEB128. */
export function u32(value: number): number[] {
  return [...new Writer().u32(value).finish()];
}
