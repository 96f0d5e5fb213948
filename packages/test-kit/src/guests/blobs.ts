import { zstdCompressSync } from 'node:zlib';

/** Written out here, apart from the product's own constant. */
const PREFIX = Uint8Array.of(0x52, 0xbc, 0x53, 0x76, 0x46, 0xdb, 0x8e, 0x05);

/** `bytes` as a compressed blob: the 8-byte prefix and a zstd frame. */
export function compressedBlob(bytes: Uint8Array): Uint8Array {
  return concat(PREFIX, zstdCompressSync(bytes));
}

/** A compressed blob that ends in the middle of its zstd frame. */
export function truncatedBlob(bytes: Uint8Array): Uint8Array {
  const whole = compressedBlob(bytes);
  return whole.slice(0, PREFIX.length + Math.floor((whole.length - PREFIX.length) / 2));
}

/** A compressed blob of a few kB that decompresses to `size` zero bytes. */
export function zstdBomb(size: number): Uint8Array {
  return compressedBlob(new Uint8Array(size));
}

/** The prefix of a compressed blob with something behind it that is no zstd frame. */
export function garbageBlob(): Uint8Array {
  return concat(PREFIX, new TextEncoder().encode('this is no zstd frame'));
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}
