import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROPERTY } from '../../../test-kit/setup/property.ts';
import { BlobError, decompressBlob } from '../../src/blob/index.ts';

const PREFIX = Buffer.from('52bc537646db8e05', 'hex');
const SKIPPABLE = Buffer.concat([Buffer.from('502a4d1803000000', 'hex'), Buffer.from('abc')]);
const frame = (content: string | Uint8Array) => zstdCompressSync(content);
const blob = (...parts: Uint8Array[]) => Buffer.concat([PREFIX, ...parts]);

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof BlobError) return error.code;
    throw error;
  }
  return 'none';
}

describe('a blob that may be compressed', () => {
  it('is returned as it is without the prefix, even above the limit', () => {
    const raw = Buffer.from('plain');
    expect(decompressBlob(raw, 0)).toBe(raw);
  });
  it('round-trips any content', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000, size: 'max' }), (content) => {
        expect(Buffer.from(decompressBlob(blob(frame(content)), 5000))).toEqual(Buffer.from(content));
      }),
      PROPERTY,
    );
  });
  it('may hold several frames and skippable ones', () => {
    const bytes = decompressBlob(blob(frame('he'), SKIPPABLE, frame('llo'), SKIPPABLE), 5);
    expect(Buffer.from(bytes).toString()).toBe('hello');
  });
  it('is a possible bomb one byte above the limit, summed over its frames', () => {
    expect(codeOf(() => decompressBlob(blob(frame('hello')), 5))).toBe('none');
    expect(codeOf(() => decompressBlob(blob(frame('hello')), 4))).toBe('POSSIBLE_BOMB');
    expect(codeOf(() => decompressBlob(blob(frame('he'), frame('llo')), 4))).toBe('POSSIBLE_BOMB');
    expect(codeOf(() => decompressBlob(blob(frame(new Uint8Array(1 << 24))), 1 << 20))).toBe('POSSIBLE_BOMB');
  });
  it('is a possible bomb above the limit when its frames do not say what they hold, too', () => {
    // One raw block of n bytes, in a frame without a content size.
    const silent = (n: number) =>
      Buffer.concat([
        Buffer.from('28b52ffd0058', 'hex'),
        Buffer.of((n << 3) | 1, 0, 0),
        Buffer.alloc(n, 120),
      ]);
    expect(Buffer.from(decompressBlob(blob(silent(3)), 3)).toString()).toBe('xxx');
    expect(codeOf(() => decompressBlob(blob(silent(3)), 2))).toBe('POSSIBLE_BOMB');
    expect(codeOf(() => decompressBlob(blob(silent(1)), 0))).toBe('POSSIBLE_BOMB');
    expect(codeOf(() => decompressBlob(blob(silent(2), silent(1)), 2))).toBe('POSSIBLE_BOMB');
    expect(codeOf(() => decompressBlob(blob(silent(2), silent(0)), 2))).toBe('none');
  });
  it('is invalid when a frame is cut anywhere or followed by garbage', () => {
    const whole = blob(frame('hello, hello, hello'));
    for (let length = PREFIX.length; length < whole.length; length++) {
      expect(codeOf(() => decompressBlob(whole.subarray(0, length), 1000))).toBe('INVALID_FORMAT');
    }
    expect(codeOf(() => decompressBlob(blob(frame('hello'), Buffer.from('x')), 1000))).toBe('INVALID_FORMAT');
    expect(codeOf(() => decompressBlob(blob(frame('a'), frame('b').subarray(0, -1)), 9))).toBe(
      'INVALID_FORMAT',
    );
  });
  it('never throws anything but a BlobError on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200, size: 'max' }), (bytes) => {
        codeOf(() => decompressBlob(blob(bytes), 1000));
        codeOf(() => decompressBlob(blob(Buffer.from('28b52ffd', 'hex'), bytes), 1000));
      }),
      PROPERTY,
    );
  });
});
