import { constants, zstdCompressSync } from 'node:zlib';
import { COMPRESSED_PREFIX } from '@pvf/protocol';
import { concat } from '../mutate.ts';

/** One way to write compressed (or wrongly compressed) bytes. */
export interface BlobVariant {
  name: string;
  bytes: Uint8Array;
}

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const u32 = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
};
const MAGIC = Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd]);
const EMPTY = new Uint8Array(0);

export function compress(content: Uint8Array, params: Record<number, number> = {}): Uint8Array {
  return zstdCompressSync(content, { params });
}

function blockHeader(size: number, type: 'raw' | 'rle' | 'reserved', last: boolean): Uint8Array {
  return u32((size << 3) | ({ raw: 0, rle: 1, reserved: 3 }[type] << 1) | (last ? 1 : 0)).subarray(0, 3);
}

/** Raw blocks of at most `blockBytes` under a window descriptor of our choice; no content size, no checksum. */
function rawFrame(content: Uint8Array, windowLog: number, mantissa = 0, blockBytes = 1 << 17): Uint8Array {
  const parts: Uint8Array[] = [MAGIC, Uint8Array.of(0, ((windowLog - 10) << 3) | mantissa)];
  for (let at = 0; at === 0 || at < content.length; at += blockBytes) {
    const block = content.subarray(at, at + blockBytes);
    parts.push(blockHeader(block.length, 'raw', at + blockBytes >= content.length), block);
  }
  return concat(...parts);
}

/** A single-segment frame with a content size field of 8 bytes that says `claimed`. */
function sizedFrame(content: Uint8Array, claimed: bigint): Uint8Array {
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, claimed, true);
  const block = content.subarray(0, 1 << 17);
  return concat(MAGIC, Uint8Array.of(0xe0), size, blockHeader(block.length, 'raw', true), block);
}

function skippable(content: Uint8Array, kind = 0): Uint8Array {
  return concat(u32(0x184d2a50 + kind), u32(content.length), content);
}

/** `repeats` copies of a byte as RLE blocks in a window of 8 MiB: decompresses to much, is small. */
function rleFrame(repeats: number): Uint8Array {
  const parts: Uint8Array[] = [MAGIC, Uint8Array.of(0, (23 - 10) << 3)];
  for (let left = repeats; left > 0; left -= 1 << 17)
    parts.push(blockHeader(Math.min(left, 1 << 17), 'rle', left <= 1 << 17), Uint8Array.of(65));
  return concat(...parts);
}

function changed(bytes: Uint8Array, at: number, change: (byte: number) => number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const index = at < 0 ? copy.length + at : at;
  copy[index] = change(copy[index] ?? 0);
  return copy;
}

/** Everything worth asking about how `content` can stand behind the compression prefix. */
export function zstdVariants(content: Uint8Array): BlobVariant[] {
  const frame = compress(content);
  const checked = compress(content, { [constants.ZSTD_c_checksumFlag]: 1 });
  const half = content.length >> 1;
  const few = content.subarray(0, 200);
  const behindPrefix: [string, Uint8Array][] = [
    ['nothing', EMPTY],
    ['empty-frame', compress(EMPTY)],
    ...[1, 3, 9, 19].map((level): [string, Uint8Array] => [
      `level-${level}`,
      compress(content, { [constants.ZSTD_c_compressionLevel]: level }),
    ]),
    ['long-distance', compress(content, { [constants.ZSTD_c_enableLongDistanceMatching]: 1 })],
    ['no-content-size', compress(content, { [constants.ZSTD_c_contentSizeFlag]: 0 })],
    ['checksum', checked],
    ['checksum-wrong', changed(checked, -1, (byte) => byte ^ 1)],
    ['checksum-cut', checked.subarray(0, -1)],
    ['checksum-missing', checked.subarray(0, -4)],
    ['two-frames', concat(compress(content.subarray(0, half)), compress(content.subarray(half)))],
    ['frame-twice', concat(frame, frame)],
    ['frame-then-empty-frame', concat(frame, compress(EMPTY))],
    ['empty-frame-then-frame', concat(compress(EMPTY), frame)],
    ['second-frame-truncated', concat(frame, frame.subarray(0, -1))],
    [
      'second-frame-checksum-wrong',
      concat(
        frame,
        changed(checked, -1, (byte) => byte ^ 1),
      ),
    ],
    ['then-zero', concat(frame, Uint8Array.of(0))],
    ['then-four-zeros', concat(frame, new Uint8Array(4))],
    ['then-garbage', concat(frame, ascii('garbage!'))],
    ['then-magic-start', concat(frame, MAGIC.subarray(0, 1))],
    ['then-magic', concat(frame, MAGIC)],
    ['then-prefix-and-frame', concat(frame, COMPRESSED_PREFIX, frame)],
    ['skippable-only', skippable(ascii('skip me'))],
    ['skippable-empty', skippable(EMPTY)],
    ['skippable-15', skippable(ascii('abc'), 15)],
    ['skippable-then-frame', concat(skippable(ascii('skip me')), frame)],
    ['frame-then-skippable', concat(frame, skippable(ascii('skip me')))],
    [
      'skippable-between',
      concat(compress(content.subarray(0, half)), skippable(few), compress(content.subarray(half))),
    ],
    ['skippable-truncated', skippable(ascii('skip me')).subarray(0, -3)],
    ['skippable-header-cut', skippable(ascii('skip me')).subarray(0, 6)],
    ['frame-then-skippable-truncated', concat(frame, skippable(ascii('skip me')).subarray(0, -3))],
    ['skippable-endless', concat(u32(0x184d2a50), u32(0xffffffff))],
    ['cut-1', frame.subarray(0, -1)],
    ['cut-3', frame.subarray(0, -3)],
    ['cut-half', frame.subarray(0, frame.length >> 1)],
    ...[1, 3, 4, 5, 6, 9].map((kept): [string, Uint8Array] => [
      `first-${kept}-bytes`,
      frame.subarray(0, kept),
    ]),
    ['magic-wrong', changed(frame, 3, (byte) => byte ^ 1)],
    ['magic-v07', changed(frame, 0, () => 0x27)],
    ['magic-v01', changed(frame, 0, () => 0x1e)],
    ['magicless', frame.subarray(4)],
    ['prefix-twice', concat(COMPRESSED_PREFIX, frame)],
    ...[10, 17, 20, 23, 25, 26, 27, 28, 29, 30, 31, 32, 40, 41].map((log): [string, Uint8Array] => [
      `window-log-${log}`,
      rawFrame(content, log, 0, log === 10 ? 1024 : 1 << 17),
    ]),
    ['window-26-mantissa-7', rawFrame(content, 26, 7)],
    ['window-27-mantissa-1', rawFrame(content, 27, 1)],
    ['block-larger-than-window', rawFrame(new Uint8Array(1025), 10)],
    ['raw-blocks-of-100', rawFrame(content, 20, 0, 100)],
    ['content-size-right', sizedFrame(few, BigInt(few.length))],
    ['content-size-more', sizedFrame(few, BigInt(few.length + 1))],
    ['content-size-less', sizedFrame(few, BigInt(Math.max(0, few.length - 1)))],
    ['content-size-200-MiB', sizedFrame(few, 200n << 20n)],
    ['content-size-2-63', sizedFrame(few, 1n << 63n)],
    ['header-reserved-bit', changed(rawFrame(content, 20), 4, (byte) => byte | 8)],
    ['header-unused-bit', changed(rawFrame(content, 20), 4, (byte) => byte | 16)],
    ['dictionary-0', withDictionary(rawFrame(content, 20), 0)],
    ['dictionary-5', withDictionary(rawFrame(content, 20), 5)],
    ['block-reserved', concat(MAGIC, Uint8Array.of(0, 0x50), blockHeader(0, 'reserved', true))],
    ['no-last-block', concat(MAGIC, Uint8Array.of(0, 0x50), blockHeader(few.length, 'raw', false), few)],
    ['rle-1000', rleFrame(1000)],
    [
      'rle-block-too-large',
      concat(MAGIC, Uint8Array.of(0, 0x50), blockHeader((1 << 17) + 1, 'rle', true), ascii('A')),
    ],
  ];
  return behindPrefix.map(([name, bytes]) => ({ name, bytes: concat(COMPRESSED_PREFIX, bytes) }));
}

/** Blobs around a limit of `limit` decompressed bytes. */
export function bombVariants(limit: number): BlobVariant[] {
  const prefixed = (name: string, bytes: Uint8Array): BlobVariant => ({
    name,
    bytes: concat(COMPRESSED_PREFIX, bytes),
  });
  return [-1, 0, 1, 2, 1 << 17].flatMap((delta) => {
    const frame = rleFrame(limit + delta);
    return [
      prefixed(`limit${delta < 0 ? delta : `+${delta}`}`, frame),
      prefixed(`limit${delta < 0 ? delta : `+${delta}`}-garbage`, concat(frame, ascii('garb'))),
      prefixed(`limit${delta < 0 ? delta : `+${delta}`}-cut`, frame.subarray(0, -1)),
      prefixed(
        `limit${delta < 0 ? delta : `+${delta}`}-two-frames`,
        concat(rleFrame(limit + delta - 10), rleFrame(10)),
      ),
    ];
  });
}

function withDictionary(frame: Uint8Array, id: number): Uint8Array {
  const marked = changed(frame, 4, (byte) => byte | 1);
  return concat(marked.subarray(0, 6), Uint8Array.of(id), marked.subarray(6));
}
