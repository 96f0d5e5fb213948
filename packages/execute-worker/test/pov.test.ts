import { constants, zstdCompressSync } from 'node:zlib';
import { COMPRESSED_PREFIX, POV_BOMB_LIMIT } from '@pvf/protocol';
import { GUEST_INPUT, guest } from '@pvf/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, type Prepared, WorkerPair } from './support/workers.ts';
import {
  ascii,
  block,
  contentSize,
  frame,
  join,
  prefixed,
  repeated,
  skippable,
  window,
} from './support/zstd.ts';

// What the reference's worker programs (29.0.0) answered to each of these, for a guest that accepts anything.

const LIMIT_MS = 10_000;
const REFUSED = 'refused';
const MIB = 1 << 20;

const content = Uint8Array.from({ length: 880 }, (_, i) => (i * i) % 251);
const whole = zstdCompressSync(content);
const checked = zstdCompressSync(content, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
const empty = zstdCompressSync(new Uint8Array());
const cut = (bytes: Uint8Array, by: number) => bytes.subarray(0, -by);
const wrong = (bytes: Uint8Array, at: number) => {
  const copy = Uint8Array.from(bytes);
  copy.set([copy.at(at)! ^ 1], at < 0 ? copy.length + at : at);
  return copy;
};
const six = block('raw', 6, ascii('abcdef'));
const three = block('raw', 3, ascii('abc'));

/** Name, PoV, and the size of the PoV that the guest is given, or that it is refused. */
type Case = readonly [name: string, pov: Uint8Array, size: number | typeof REFUSED];

const BY_PREFIX: readonly Case[] = [
  ['nothing at all', new Uint8Array(), 0],
  ['no prefix', content, 880],
  ['seven bytes of the prefix', COMPRESSED_PREFIX.subarray(0, 7), 7],
  ['the prefix alone', prefixed(), REFUSED],
  ['the prefix twice', prefixed(COMPRESSED_PREFIX, whole), REFUSED],
];

const BY_FRAMES: readonly Case[] = [
  ['a frame of nothing', prefixed(empty), 0],
  ['one frame', prefixed(whole), 880],
  ['a checksum', prefixed(checked), 880],
  ['a wrong checksum', prefixed(wrong(checked, -1)), REFUSED],
  ['a checksum without its last byte', prefixed(cut(checked, 1)), REFUSED],
  ['a checksum that is missing', prefixed(cut(checked, 4)), REFUSED],
  ['two frames', prefixed(whole, whole), 1760],
  ['a frame and one of nothing', prefixed(whole, empty), 880],
  ['a frame of nothing and one more', prefixed(empty, whole), 880],
  ['a zero behind the frame', prefixed(whole, new Uint8Array(1)), REFUSED],
  ['four zeros behind the frame', prefixed(whole, new Uint8Array(4)), REFUSED],
  ['garbage behind the frame', prefixed(whole, ascii('garbage!')), REFUSED],
  ['the first byte of a frame behind the frame', prefixed(whole, whole.subarray(0, 1)), REFUSED],
  ['the magic number behind the frame', prefixed(whole, whole.subarray(0, 4)), REFUSED],
  ['another blob behind the frame', prefixed(whole, COMPRESSED_PREFIX, whole), REFUSED],
  ['a second frame that is cut', prefixed(whole, cut(whole, 1)), REFUSED],
  ['a second frame with a wrong checksum', prefixed(whole, wrong(checked, -1)), REFUSED],
  ['a frame without its last byte', prefixed(cut(whole, 1)), REFUSED],
  ['half a frame', prefixed(whole.subarray(0, whole.length >> 1)), REFUSED],
  ['the first byte of a frame', prefixed(whole.subarray(0, 1)), REFUSED],
  ['the magic number alone', prefixed(whole.subarray(0, 4)), REFUSED],
  ['five bytes of a frame', prefixed(whole.subarray(0, 5)), REFUSED],
  ['a wrong magic number', prefixed(wrong(whole, 3)), REFUSED],
  ['the magic number of zstd 0.7', prefixed(join(Uint8Array.of(0x27), whole.subarray(1))), REFUSED],
  ['the magic number of zstd 0.1', prefixed(join(Uint8Array.of(0x1e), whole.subarray(1))), REFUSED],
  ['a frame without magic number', prefixed(whole.subarray(4)), REFUSED],
];

const BY_SKIPPABLE: readonly Case[] = [
  ['alone', prefixed(skippable(ascii('skip me...'))), 0],
  ['alone and empty', prefixed(skippable(new Uint8Array())), 0],
  ['of the last kind', prefixed(skippable(ascii('abc'), 15)), 0],
  ['before a frame', prefixed(skippable(ascii('abc')), whole), 880],
  ['behind a frame', prefixed(whole, skippable(ascii('abc'))), 880],
  ['between frames', prefixed(whole, skippable(ascii('abc')), whole), 1760],
  ['cut', prefixed(cut(skippable(ascii('abc')), 1)), REFUSED],
  ['cut behind its magic number', prefixed(skippable(ascii('abc')).subarray(0, 4)), REFUSED],
  ['cut behind a frame', prefixed(whole, cut(skippable(ascii('abc')), 1)), REFUSED],
  ['said to have 4 GiB', prefixed(skippable(new Uint8Array(), 0, 0xffff_ffff)), REFUSED],
];

const BY_HEADER: readonly Case[] = [
  ...[10, 17, 20, 23, 24, 25, 26, 27].map(
    (log): Case => [`window 2^${log}`, prefixed(frame(window(log), six)), 6],
  ),
  ...[28, 29, 30, 31, 32, 40, 41].map(
    (log): Case => [`window 2^${log}`, prefixed(frame(window(log), six)), REFUSED],
  ),
  ['window 2^26 · 15/8', prefixed(frame(window(26, 7), six)), 6],
  ['window 2^27 · 9/8', prefixed(frame(window(27, 1), six)), REFUSED],
  ['a content size that is right', prefixed(frame(contentSize(6n), six)), 6],
  ['a content size of one more', prefixed(frame(contentSize(7n), six)), REFUSED],
  ['a content size of one less', prefixed(frame(contentSize(5n), six)), REFUSED],
  ['a content size of 200 MiB', prefixed(frame(contentSize(200n << 20n), six)), REFUSED],
  ['a content size of 2^63', prefixed(frame(contentSize(1n << 63n), six)), REFUSED],
  ['the reserved bit', prefixed(frame([0x08, 0x50], three)), REFUSED],
  ['the unused bit', prefixed(frame([0x10, 0x50], three)), 3],
  ['dictionary 0', prefixed(frame([0x01, 0x50, 0], three)), 3],
  ['dictionary 5', prefixed(frame([0x01, 0x50, 5], three)), REFUSED],
];

const BY_BLOCK: readonly Case[] = [
  ['of the reserved type', prefixed(frame(window(20), block('reserved', 0, new Uint8Array()))), REFUSED],
  ['that repeats a byte', prefixed(frame(window(20), block('rle', 1_000, ascii('A')))), 1_000],
  ['as long as can be', prefixed(frame(window(20), block('rle', 131_072, ascii('A')))), 131_072],
  ['longer than can be', prefixed(frame(window(20), block('rle', 131_073, ascii('A')))), REFUSED],
  ['as long as its window', prefixed(frame(window(10), block('rle', 1_024, ascii('A')))), 1_024],
  ['longer than its window', prefixed(frame(window(10), block('rle', 1_025, ascii('A')))), REFUSED],
  [
    'of bytes, longer than its window',
    prefixed(frame(window(10), block('raw', 1_025, new Uint8Array(1_025)))),
    REFUSED,
  ],
];

const pair = new WorkerPair();
let acceptsAnything: Prepared;
beforeAll(async () => {
  acceptsAnything = await pair.prepare(guest('accepts-anything'));
});
afterAll(() => pair.close());

async function answerTo(blockData: Uint8Array): Promise<{ answer: string; povSize: number; nanos: number }> {
  const result = await pair.execute(acceptsAnything, { ...GUEST_INPUT, blockData }, LIMIT_MS);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  const { povSize, duration } = result.value;
  return { answer: answerOf(result), povSize, nanos: duration.nanos };
}

async function check([, pov, size]: Case): Promise<void> {
  const { answer, povSize, nanos } = await answerTo(pov);
  if (size === REFUSED) {
    expect({ answer, povSize, nanos }).toEqual({ answer: 'PoVDecompressionFailure', povSize: 0, nanos: 0 });
  } else expect({ answer, povSize }).toEqual({ answer: 'Ok', povSize: size });
}

describe.each([
  ['a PoV that begins with', BY_PREFIX],
  ['a compressed PoV with', BY_FRAMES],
  ['a skippable frame', BY_SKIPPABLE],
  ['a frame header with', BY_HEADER],
  ['a block', BY_BLOCK],
] as const)('%s', (_, cases) => {
  it.each(cases.map((one) => [one[0], one] as const))('%s', (_name, one) => check(one));
});

describe('a PoV of the largest size', () => {
  // The guest's allocator gives 32 MiB at most: what is larger is the candidate's fault, up to the bomb limit.
  const refusedByAllocator = (povSize: number) => ({ answer: 'InvalidCandidate', povSize });
  const sizes = [16 * MIB, 32 * MIB, POV_BOMB_LIMIT - 1, POV_BOMB_LIMIT];

  it.each(sizes)('of %i bytes is decompressed', async (size) => {
    const expected = size < 32 * MIB ? { answer: 'Ok', povSize: size } : refusedByAllocator(size);
    expect(await answerTo(prefixed(repeated(size)))).toMatchObject(expected);
    expect(await answerTo(prefixed(repeated(size - 10), repeated(10)))).toMatchObject(expected);
    expect(await answerTo(prefixed(repeated(size), skippable(ascii('skip!'))))).toMatchObject(expected);
  });

  it.each([1, 2, MIB])('and %i bytes is a bomb', async (more) => {
    for (const bomb of [repeated(POV_BOMB_LIMIT + more), join(repeated(POV_BOMB_LIMIT), repeated(more))])
      expect(await answerTo(prefixed(bomb))).toMatchObject({ answer: 'PoVDecompressionFailure', povSize: 0 });
  });

  it.each(sizes)('of %i bytes with garbage behind it or its last byte missing is refused', async (size) => {
    for (const bad of [join(repeated(size), ascii('garb')), cut(repeated(size), 1)])
      expect(await answerTo(prefixed(bad))).toMatchObject({ answer: 'PoVDecompressionFailure', povSize: 0 });
  });

  it('has no such limit when it is not compressed', async () => {
    expect(await answerTo(new Uint8Array(20 * MIB))).toMatchObject({ answer: 'Ok', povSize: 20 * MIB });
  });
});
