import * as scale from 'scale-ts';
import { type Cursor, need } from './cursor.ts';
import { readFault, valueFault } from './fault.ts';
import type { Shape } from './shape.ts';

// Integers, compact lengths and the layout of strings and vectors come from scale-ts. Around them this file puts
// the checks that the reference's codec makes and the library does not: range on encoding (the library wraps),
// end of input, shortest form of compacts, 0/1 of bools, length of fixed arrays, UTF-8.

function integer(
  library: scale.Codec<number>,
  size: number,
  min: number,
  max: number,
  name: string,
): Shape<number> {
  return {
    write(value, parts) {
      if (!Number.isInteger(value) || value < min || value > max) throw valueFault(`${name} as a number`);
      parts.push(library.enc(value));
    },
    read(cursor) {
      need(cursor, size);
      return library.dec(cursor.library);
    },
  };
}

function bigInteger(library: scale.Codec<bigint>, min: bigint, max: bigint, name: string): Shape<bigint> {
  return {
    write(value, parts) {
      if (typeof value !== 'bigint' || value < min || value > max) throw valueFault(`${name} as a bigint`);
      parts.push(library.enc(value));
    },
    read(cursor) {
      need(cursor, 8);
      return library.dec(cursor.library);
    },
  };
}

/** Encodings that are made over and over; pieces of an encoding are never written to. */
const SINGLE_BYTES: readonly Uint8Array[] = Array.from({ length: 256 }, (_, byte) => scale.u8.enc(byte));
const SHORT_LENGTHS: readonly Uint8Array[] = Array.from({ length: 64 }, (_, count) =>
  scale.compact.enc(count),
);

export const u8: Shape<number> = {
  write(value, parts) {
    const encoded = SINGLE_BYTES[value];
    if (encoded === undefined) throw valueFault('u8 as a number');
    parts.push(encoded);
  },
  read(cursor) {
    need(cursor, 1);
    return scale.u8.dec(cursor.library);
  },
};
export const u16 = integer(scale.u16, 2, 0, 0xffff, 'u16');
export const u32 = integer(scale.u32, 4, 0, 0xffff_ffff, 'u32');
export const i32 = integer(scale.i32, 4, -(2 ** 31), 2 ** 31 - 1, 'i32');
export const u64 = bigInteger(scale.u64, 0n, 2n ** 64n - 1n, 'u64');
export const i64 = bigInteger(scale.i64, -(2n ** 63n), 2n ** 63n - 1n, 'i64');

export const bool: Shape<boolean> = {
  write(value, parts) {
    if (typeof value !== 'boolean') throw valueFault('a boolean');
    parts.push(scale.bool.enc(value));
  },
  read(cursor) {
    const offset = cursor.library.i;
    const byte = u8.read(cursor);
    if (byte > 1) throw readFault('INVALID_BOOL', offset, { byte }, `${byte} is not a boolean`);
    return byte === 1;
  },
};

/** Encoded sizes of the four modes of a compact u32; the two low bits of the first byte are the mode. */
const COMPACT_SIZES = [1, 2, 4, 5] as const;

/** The number of items or bytes that precedes a vector: a compact u32 in its shortest form. */
export const length: Shape<number> = {
  write(value, parts) {
    if (value > 0xffff_ffff) throw valueFault('a length below 2³²');
    parts.push(SHORT_LENGTHS[value] ?? scale.compact.enc(value));
  },
  read(cursor) {
    const { library } = cursor;
    const offset = library.i;
    need(cursor, 1);
    const first = library[offset] as number;
    const size = COMPACT_SIZES[(first & 3) as 0 | 1 | 2 | 3];
    const fault = () => readFault('INVALID_COMPACT', offset, {}, 'no length, or not in its shortest form');
    if (size === 5 && first !== 3) throw fault();
    need(cursor, size);
    const value = Number(scale.compact.dec(library));
    if (size > 1 && scale.compact.enc(value).length !== size) throw fault();
    return value;
  },
};

/** The next `size` bytes as a view of the input. */
function take(cursor: Cursor, size: number): Uint8Array {
  need(cursor, size);
  const { library } = cursor;
  const view = new Uint8Array(library.buffer, library.i, size);
  library.i += size;
  return view;
}

/** `Vec<u8>`. */
export const bytes: Shape<Uint8Array> = {
  write(value, parts) {
    if (!(value instanceof Uint8Array)) throw valueFault('a Uint8Array');
    length.write(value.byteLength, parts);
    parts.push(value);
  },
  read(cursor) {
    return take(cursor, length.read(cursor));
  },
};

/** `BoundedVec<u8, max>`. */
export function boundedBytes(max: number): Shape<Uint8Array> {
  return {
    write(value, parts) {
      if (value instanceof Uint8Array && value.byteLength > max) throw valueFault(`at most ${max} bytes`);
      bytes.write(value, parts);
    },
    read(cursor) {
      const offset = cursor.library.i;
      const count = length.read(cursor);
      if (count > max) {
        throw readFault('TOO_MANY_ITEMS', offset, { count, max }, `${count} bytes, at most ${max} allowed`);
      }
      return take(cursor, count);
    },
  };
}

/** `[u8; size]`. */
export function fixedBytes(size: number): Shape<Uint8Array> {
  return {
    write(value, parts) {
      if (!(value instanceof Uint8Array) || value.byteLength !== size) {
        throw valueFault(`a Uint8Array of ${size} bytes`);
      }
      parts.push(value);
    },
    read(cursor) {
      return take(cursor, size);
    },
  };
}

/** `H256`, a 32-byte hash. */
export const hash = fixedBytes(32);

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const toUtf8 = new TextEncoder();

/** `String`. A lone surrogate becomes U+FFFD when encoding: an error text must never fail to be sent. */
export const string: Shape<string> = {
  write(value, parts) {
    if (typeof value !== 'string') throw valueFault('a string');
    bytes.write(toUtf8.encode(value), parts);
  },
  read(cursor) {
    const offset = cursor.library.i;
    const text = bytes.read(cursor);
    try {
      return utf8.decode(text.buffer instanceof ArrayBuffer ? text : text.slice());
    } catch {
      throw readFault('INVALID_UTF8', offset, {}, 'the text is not UTF-8');
    }
  },
};
