import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { BlobError, decompressBlob } from '../../../packages/executor/src/blob/index.ts';
import { COMPRESSED_PREFIX } from '../../../packages/protocol/src/index.ts';
import { hexFields, inShared } from './seeds.ts';
import { check, type FuzzTarget, refusable, sameBytes } from './target.ts';

const LIMIT = 256 * 1024;

/** The first byte says whether the compression prefix is put before the rest. */
export const target: FuzzTarget = {
  maxBytes: 4096,
  async seeds() {
    const plain = [0, 1, 100, 3000, LIMIT, LIMIT + 1].map((length) =>
      new Uint8Array(length).map((_, i) => (i * i) >> 3),
    );
    const frames = plain.map((bytes) => zstdCompressSync(bytes));
    const skippable = Buffer.from('502a4d1804000000deadbeef', 'hex');
    const more = hexFields(inShared('vectors/full-blob.json'), ['blob', 'input', 'hex']);
    const all = [...frames, Buffer.concat([skippable, frames[2]!, frames[1]!]), ...more];
    return all.filter(({ length }) => length < 4096).map((frame) => Buffer.concat([Uint8Array.of(1), frame]));
  },
  run(input) {
    const prefixed = ((input[0] ?? 0) & 1) === 1;
    const rest = input.subarray(1);
    const blob = prefixed ? Buffer.concat([COMPRESSED_PREFIX, rest]) : rest;
    const plain = refusable(BlobError, () => decompressBlob(blob, LIMIT));
    if (plain === undefined) return;
    if (!prefixed && !sameBytes(rest.subarray(0, 8), COMPRESSED_PREFIX)) {
      check(plain === blob || sameBytes(plain, blob), 'a blob without the prefix is taken as it is');
      return;
    }
    check(plain.length <= LIMIT, 'no more bytes than the limit');
    const frames = prefixed ? rest : rest.subarray(8);
    let reference: Uint8Array;
    try {
      reference = zstdDecompressSync(frames);
    } catch {
      return; // zlib refuses skippable frames and trailing ones that the reference takes
    }
    if (reference.length === plain.length) check(sameBytes(reference, plain), 'zlib sees the same bytes');
  },
};
