import { ProtocolError } from '../errors.ts';
import { concat } from './bytes.ts';
import { openCursor, remaining } from './cursor.ts';
import { toProtocolError } from './fault.ts';
import type { Shape } from './shape.ts';

/** A value and the number of bytes behind it that were not read. */
export interface Prefix<T> {
  /** What was read. */
  readonly value: T;
  /** Bytes behind it. */
  readonly rest: number;
}

/**
 * Translates one wire type. Everything throws {@link ProtocolError} and nothing else.
 *
 * Byte fields of a decoded value are views of the input, not copies: `slice()` what outlives the input, or what
 * must not change when the input is a shared or reused buffer.
 */
export interface Codec<T> {
  /** The type's name in the reference. */
  readonly name: string;
  /** The SCALE bytes of `value`, unframed, in a buffer of their own. Throws INVALID_VALUE. */
  encode(value: T): Uint8Array;
  /**
   * The same bytes in pieces, for a vectored write: large byte fields are passed on without a copy, so the pieces
   * must not be written to and are valid only as long as `value` is not changed. Throws INVALID_VALUE.
   */
  encodeParts(value: T): Uint8Array[];
  /** The value at the start of `bytes`; as in the reference, bytes behind it are ignored. */
  decode(bytes: Uint8Array): T;
  /** The value at the start of `bytes` and how many bytes are left behind it. */
  decodePrefix(bytes: Uint8Array): Prefix<T>;
  /** The value that `bytes` is from the first to the last byte; throws TRAILING_BYTES if there are more. */
  decodeExact(bytes: Uint8Array): T;
}

/** The shape behind each codec, so that composites can contain codecs without the public type showing how. */
const shapes = new WeakMap<object, Shape<unknown>>();

/** A part of a composite: a shape, or a type that also has a codec of its own. */
export type Part<T> = Shape<T> | Codec<T>;

/** The shape of a part. */
export function shapeOf<T>(part: Part<T>): Shape<T> {
  return (shapes.get(part) as Shape<T> | undefined) ?? (part as Shape<T>);
}

/** Makes the public codec of a type from its shape. */
export function codec<T>(name: string, shape: Shape<T>): Codec<T> {
  const encodeParts = (value: T): Uint8Array[] => {
    const parts: Uint8Array[] = [];
    try {
      shape.write(value, parts);
    } catch (error) {
      throw toProtocolError('encode', name, 0, error);
    }
    return parts;
  };

  const decodePrefix = (bytes: Uint8Array): Prefix<T> => {
    try {
      const cursor = openCursor(bytes);
      const value = shape.read(cursor);
      return { value, rest: remaining(cursor) };
    } catch (error) {
      throw toProtocolError('decode', name, bytes?.byteOffset ?? 0, error);
    }
  };

  const made: Codec<T> = {
    name,
    encode: (value) => concat(encodeParts(value)),
    encodeParts,
    decode: (bytes) => decodePrefix(bytes).value,
    decodePrefix,
    decodeExact: (bytes) => {
      const { value, rest } = decodePrefix(bytes);
      if (rest > 0) {
        const offset = bytes.byteLength - rest;
        throw new ProtocolError(
          'TRAILING_BYTES',
          { codec: name, path: '', offset, rest },
          `cannot decode ${name}: ${rest} bytes behind the value at byte ${offset}`,
        );
      }
      return value;
    },
  };
  shapes.set(made, shape as Shape<unknown>);
  return made;
}
