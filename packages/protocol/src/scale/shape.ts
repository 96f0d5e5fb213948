import type { Cursor } from './cursor.ts';

/** How one type is written and read: a node of the tree that a {@link Codec} is made of. */
export interface Shape<T> {
  /** Appends the encoding of `value` to `parts`; byte vectors are appended as they are, not copied. */
  write(value: T, parts: Uint8Array[]): void;
  read(cursor: Cursor): T;
}

/** The type of the values of a shape. */
export type ShapeValue<S> = S extends Shape<infer T> ? T : never;
