import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PROPERTY } from '../../test-kit/setup/property.ts';
import {
  encodeFrame,
  encodeFrameParts,
  FrameDecoder,
  frameHeader,
  OUT_OF_MEMORY_FRAME,
  PrepareJobResult,
  readFrame,
} from '../src/index.ts';
import { failureOf } from './support/failure.ts';
import { fromHex, toHex } from './support/notation.ts';

/** A blocking source that gives at most `step` bytes per read. */
function source(bytes: Uint8Array, step: number): (target: Uint8Array) => number {
  let at = 0;
  return (target) => {
    const count = Math.min(step, target.byteLength, bytes.byteLength - at);
    target.set(bytes.subarray(at, at + count));
    at += count;
    return count;
  };
}

const payloads = fc.array(fc.uint8Array({ maxLength: 40, size: 'max' }), { maxLength: 6, size: 'max' });
const ABSURD = fromHex('0000000000000080');

describe('encodeFrame', () => {
  test('puts the length before the payload, little-endian', () => {
    expect(toHex(encodeFrame(Uint8Array.of(1, 2, 3)))).toBe('0300000000000000010203');
    expect(toHex(encodeFrame(new Uint8Array()))).toBe('0000000000000000');
    expect(toHex(frameHeader(2 ** 33 + 1))).toBe('0100000002000000');
  });

  test('takes a payload in pieces', () => {
    const parts = [Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3)];
    expect(encodeFrame(parts)).toEqual(encodeFrame(Uint8Array.of(1, 2, 3)));
    expect(encodeFrameParts(parts).slice(1)).toEqual(parts);
  });

  test('the frame for a job without memory says so', () => {
    const [payload] = new FrameDecoder().push(OUT_OF_MEMORY_FRAME);
    expect(PrepareJobResult.decodeExact(payload as Uint8Array)).toEqual({
      ok: false,
      error: { type: 'OutOfMemory' },
    });
  });
});

describe('FrameDecoder', () => {
  test('finds the same frames however the stream is cut', () => {
    fc.assert(
      fc.property(payloads, fc.infiniteStream(fc.integer({ min: 0, max: 12 })), (frames, sizes) => {
        const stream = Buffer.concat(frames.map((payload) => encodeFrame(payload)));
        const decoder = new FrameDecoder();
        const found: Uint8Array[] = [];
        for (let at = 0; at < stream.byteLength; ) {
          const size = sizes.next().value as number;
          found.push(...decoder.push(stream.subarray(at, at + size)));
          at += size;
        }
        decoder.end();
        expect(found).toEqual(frames);
        expect(decoder.pending).toBe(0);
      }),
      PROPERTY,
    );
  });

  test('frames keep their content when the chunk is reused', () => {
    const chunk = encodeFrame(Uint8Array.of(1, 2, 3));
    const [frame] = new FrameDecoder().push(chunk);
    chunk.fill(0);
    expect(frame).toEqual(Uint8Array.of(1, 2, 3));
  });

  test('refuses a frame above the limit as soon as its header is there', () => {
    const decoder = new FrameDecoder(10);
    expect(decoder.push(encodeFrame(new Uint8Array(10)))).toHaveLength(1);
    expect(failureOf(() => decoder.push(frameHeader(11)))).toEqual({
      code: 'FRAME_TOO_LARGE',
      meta: { length: 11n, limit: 10 },
    });
    expect(failureOf(() => new FrameDecoder().push(ABSURD))).toMatchObject({
      code: 'FRAME_TOO_LARGE',
      meta: { length: 2n ** 63n },
    });
  });

  test('says what was missing when the stream ends inside a frame', () => {
    const frame = encodeFrame(new Uint8Array(4));
    for (let cut = 1; cut < frame.byteLength; cut++) {
      const decoder = new FrameDecoder();
      expect(decoder.push(frame.subarray(0, cut))).toEqual([]);
      expect(decoder.pending).toBe(cut);
      expect(failureOf(() => decoder.end())).toEqual({
        code: 'FRAME_TRUNCATED',
        meta: { needed: cut < 8 ? 8 : 12, available: cut },
      });
    }
  });
});

describe('readFrame', () => {
  test('reads frame after frame with reads of any size, then undefined', () => {
    fc.assert(
      fc.property(payloads, fc.integer({ min: 1, max: 20 }), (frames, step) => {
        const read = source(Buffer.concat(frames.map((payload) => encodeFrame(payload))), step);
        for (const payload of frames) expect(readFrame(read)).toEqual(payload);
        expect(readFrame(read)).toBeUndefined();
      }),
      PROPERTY,
    );
  });

  test('refuses a frame above the limit before it reads or allocates the payload', () => {
    expect(failureOf(() => readFrame(source(ABSURD, 8)))).toMatchObject({ code: 'FRAME_TOO_LARGE' });
    expect(failureOf(() => readFrame(source(frameHeader(11), 8), 10))).toMatchObject({
      code: 'FRAME_TOO_LARGE',
    });
    expect(readFrame(source(encodeFrame(new Uint8Array(10)), 99), 10)).toHaveLength(10);
  });

  test('says what was missing when the stream ends inside a frame', () => {
    const frame = encodeFrame(new Uint8Array(4));
    for (let cut = 1; cut < frame.byteLength; cut++) {
      expect(failureOf(() => readFrame(source(frame.subarray(0, cut), 3)))).toEqual({
        code: 'FRAME_TRUNCATED',
        meta: { needed: cut < 8 ? 8 : 12, available: cut },
      });
    }
  });

  test('lets errors of the read through', () => {
    const broken = new Error('EIO');
    const read = () => {
      throw broken;
    };
    expect(() => readFrame(read)).toThrow(broken);
  });
});
