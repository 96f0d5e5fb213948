import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PROPERTY } from '../../test-kit/setup/property.ts';
import * as protocol from '../src/index.ts';
import { isProtocolError, ProtocolError } from '../src/index.ts';
import { CODEC_CASES } from './support/arbitraries.ts';

/** Codecs whose last field is there if bytes are left: some prefixes of an encoding are values, too. */
const OPEN_ENDED = new Set(['ValidationInput']);

test('every exported codec is in the list', () => {
  const exported = Object.entries(protocol)
    .filter(([, value]) => typeof value === 'object' && 'decodePrefix' in value)
    .map(([name]) => name);
  const nameOf = new Map<unknown, string>(Object.entries(protocol).map(([name, value]) => [value, name]));
  expect(CODEC_CASES.map(({ codec }) => nameOf.get(codec)).sort()).toEqual(exported.sort());
});

describe.each(CODEC_CASES.map((item) => ({ name: item.codec.name, ...item })))(
  '$name',
  ({ codec, values }) => {
    test('decodes what it encodes, and all of it', () => {
      fc.assert(
        fc.property(values, (value) => {
          const encoded = codec.encode(value);
          expect(codec.decodeExact(encoded)).toStrictEqual(value);
          expect(Buffer.concat(codec.encodeParts(value)).equals(encoded)).toBe(true);
        }),
        PROPERTY,
      );
    });

    test('reads the same value from the middle of a larger buffer, and counts what is left', () => {
      fc.assert(
        fc.property(values, fc.nat(9), fc.nat(9), (value, before, after) => {
          const encoded = codec.encode(value);
          const buffer = new Uint8Array(before + encoded.byteLength + after).fill(0xff);
          buffer.set(encoded, before);
          const exact = buffer.subarray(before, before + encoded.byteLength);
          expect(codec.decodeExact(exact)).toStrictEqual(value);
          if (OPEN_ENDED.has(codec.name)) return;
          expect(codec.decodePrefix(buffer.subarray(before))).toStrictEqual({ value, rest: after });
        }),
        PROPERTY,
      );
    });

    test('reports a cut at every byte as truncated, without reading behind the cut', () => {
      fc.assert(
        fc.property(values, (value) => {
          const encoded = codec.encode(value);
          for (let length = 0; length < encoded.byteLength; length++) {
            // The rest of the encoding is still there behind the view, and must not be used.
            const cut = encoded.subarray(0, length);
            const failure = failureOf(() => codec.decode(cut));
            if (failure === undefined && OPEN_ENDED.has(codec.name)) continue;
            expect(failure?.code).toBe('TRUNCATED');
          }
        }),
        { ...PROPERTY, numRuns: 25 },
      );
    });

    test('answers any bytes with a value that encodes to them, or a ProtocolError', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200, size: 'max' }), (bytes) => {
          let prefix: protocol.Prefix<unknown>;
          try {
            prefix = codec.decodePrefix(bytes);
          } catch (error) {
            expect(isProtocolError(error)).toBe(true);
            return;
          }
          expect(codec.encode(prefix.value)).toStrictEqual(bytes.slice(0, bytes.byteLength - prefix.rest));
        }),
        { ...PROPERTY, numRuns: 300 },
      );
    });

    test('answers one flipped byte with a value that encodes to it, or a ProtocolError', () => {
      fc.assert(
        fc.property(values, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, position, flip) => {
          const bytes = codec.encode(value);
          if (bytes.byteLength === 0) return;
          const at = position % bytes.byteLength;
          bytes[at] = (bytes[at] as number) ^ flip;
          let prefix: protocol.Prefix<unknown>;
          try {
            prefix = codec.decodePrefix(bytes);
          } catch (error) {
            expect(isProtocolError(error)).toBe(true);
            return;
          }
          expect(codec.encode(prefix.value)).toStrictEqual(bytes.slice(0, bytes.byteLength - prefix.rest));
        }),
        PROPERTY,
      );
    });

    test('answers any value with bytes or a ProtocolError', () => {
      fc.assert(
        fc.property(fc.anything({ withBigInt: true, withTypedArray: true }), (value) => {
          try {
            codec.encode(value);
          } catch (error) {
            expect(isProtocolError(error, 'INVALID_VALUE')).toBe(true);
          }
        }),
        PROPERTY,
      );
    });
  },
);

/** The ProtocolError that `run` throws, undefined when it does not throw; other errors pass. */
function failureOf(run: () => unknown): ProtocolError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
}

describe.each(
  CODEC_CASES.filter(({ codec }) => !OPEN_ENDED.has(codec.name)).map((item) => ({
    name: item.codec.name,
    ...item,
  })),
)('$name', ({ codec, values }) => {
  test('is whole only if nothing stands behind it', () => {
    fc.assert(
      fc.property(values, fc.uint8Array({ minLength: 1, maxLength: 9, size: 'max' }), (value, more) => {
        const longer = Uint8Array.of(...codec.encode(value), ...more);
        expect(() => codec.decodeExact(longer)).toThrow(expect.objectContaining({ code: 'TRAILING_BYTES' }));
      }),
      PROPERTY,
    );
  });
});
