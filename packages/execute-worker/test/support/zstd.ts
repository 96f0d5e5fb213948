import { COMPRESSED_PREFIX } from '@pvf/protocol';

// Zstandard frames made by hand (RFC 8878), to have what no encoder writes.

const MAGIC = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd);
const SKIPPABLE_MAGIC = 0x184d2a50;
const MAX_BLOCK_BYTES = 1 << 17;
const BLOCK_TYPES = { raw: 0, rle: 1, reserved: 3 } as const;

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

export function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function littleEndian(value: bigint, bytes: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, value, true);
  return new Uint8Array(view.buffer, 0, bytes);
}

/** As a compressed blob. */
export function prefixed(...frames: readonly Uint8Array[]): Uint8Array {
  return join(COMPRESSED_PREFIX, ...frames);
}

/** A block: `size` is what the header says, whatever `content` holds. */
export function block(
  type: keyof typeof BLOCK_TYPES,
  size: number,
  content: Uint8Array,
  last = true,
): Uint8Array {
  const header = (size << 3) | (BLOCK_TYPES[type] << 1) | (last ? 1 : 0);
  return join(littleEndian(BigInt(header), 3), content);
}

/** A frame with a header of our choice: descriptor byte and what follows it up to the blocks. */
export function frame(header: readonly number[], ...blocks: readonly Uint8Array[]): Uint8Array {
  return join(MAGIC, Uint8Array.from(header), ...blocks);
}

/** Descriptor of a frame with a window and neither content size nor checksum; the window is (8 + mantissa)/8 · 2^log. */
export function window(log: number, mantissa = 0): readonly number[] {
  return [0, ((log - 10) << 3) | mantissa];
}

/** Descriptor of a single-segment frame with a content size field of 8 bytes. */
export function contentSize(size: bigint): readonly number[] {
  return [0xe0, ...littleEndian(size, 8)];
}

export function skippable(content: Uint8Array, kind = 0, size = content.length): Uint8Array {
  return join(littleEndian(BigInt(SKIPPABLE_MAGIC + kind), 4), littleEndian(BigInt(size), 4), content);
}

/** `size` times the letter A as RLE blocks in a window of 8 MiB: as small as a bomb can be. */
export function repeated(size: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let left = size; left > 0; left -= MAX_BLOCK_BYTES)
    blocks.push(block('rle', Math.min(left, MAX_BLOCK_BYTES), ascii('A'), left <= MAX_BLOCK_BYTES));
  return frame(window(23), ...blocks);
}
