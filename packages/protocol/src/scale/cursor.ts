import { createDecoder } from 'scale-ts';
import { readFault } from './fault.ts';

/**
 * scale-ts's own reading position. Its decoders take either raw input, of which they ignore `byteOffset`, or such
 * a cursor, which they advance; `i` and `v` are internal to the library, which is why package.json pins one exact
 * version and test/cursor.test.ts checks both.
 */
interface LibraryCursor extends Uint8Array {
  /** The next byte, counted from the start of the underlying buffer. */
  i: number;
  /** What the library reads integers from. */
  v: DataView;
}

/** A position in the input with a fixed end. */
export interface Cursor {
  readonly library: LibraryCursor;
  /** One past the last byte, counted from the start of the underlying buffer. */
  readonly end: number;
}

const toLibraryCursor = createDecoder((bytes) => bytes as LibraryCursor);

/** A cursor over exactly the bytes of `input`, which may be a part of a larger or a shared buffer. No copy. */
export function openCursor(input: Uint8Array): Cursor {
  const library = toLibraryCursor(input);
  const end = input.byteOffset + input.byteLength;
  library.i = input.byteOffset;
  // A view that ends where the input ends: nothing behind it can be read, whatever the library does.
  library.v = new DataView(input.buffer, 0, end);
  return { library, end };
}

/** Bytes between the cursor and the end of the input. */
export function remaining(cursor: Cursor): number {
  return cursor.end - cursor.library.i;
}

/** Throws TRUNCATED unless `needed` bytes are left. */
export function need(cursor: Cursor, needed: number): void {
  const available = remaining(cursor);
  if (needed > available) {
    throw readFault(
      'TRUNCATED',
      cursor.library.i,
      { needed, available },
      `${needed} bytes needed, ${available} left; the sender stopped early or speaks another version`,
    );
  }
}
