import { describe, expect, test } from 'vitest';
import * as protocol from '../src/index.ts';
import golden from './fixtures/golden.json' with { type: 'json' };
import { CODECS } from './support/codecs.ts';
import { fromHex, toHex, toVectorNotation } from './support/notation.ts';

// Pins wire indexes, field order and integer sizes. The fixture is a selection of the golden vectors that the
// reference produced, at least one of each variant; test/shared/ runs all of them.

describe.each(Object.keys(CODECS))('%s', (type) => {
  test.each(golden.filter((record) => record.type === type))('$name', ({ hex, value }) => {
    const codec = CODECS[type] as protocol.Codec<unknown>;
    const decoded = codec.decodeExact(fromHex(hex));
    expect(toVectorNotation(decoded)).toEqual(value);
    expect(toHex(codec.encode(decoded))).toBe(hex);
  });
});

/** Every variant's encoding without its fields' content, which the records above cover. */
const INDEXES: readonly (readonly [codec: protocol.Codec<never>, value: unknown, hex: string])[] = [
  [index(protocol.PrepareJobResult), { ok: false, error: { type: 'OutOfMemory' } }, '0108'],
  [
    index(protocol.PrepareJobSuccess),
    {
      artifact: Uint8Array.of(0xaa),
      memoryStats: { memoryTrackerStats: undefined, maxRss: 2n, peakTrackedAlloc: 3n },
      observedWasmCodeLen: 4,
    },
    '04aa000102000000000000000300000000000000' + '04000000',
  ],
  [index(protocol.RequestInMemory), { length: 0x0102_0304 }, '04030201'],
  [index(protocol.CandidateDescriptorVersion), { type: 'Unknown', value: 9 }, '0309'],
  [index(protocol.Duration), { secs: 1n, nanos: 2 }, '010000000000000002000000'],
];

function index<T>(codec: protocol.Codec<T>): protocol.Codec<never> {
  return codec as unknown as protocol.Codec<never>;
}

test.each(INDEXES.map(([codec, value, hex]) => ({ name: codec.name, codec, value, hex })))(
  '$name $hex',
  ({ codec, value, hex }) => {
    expect(toHex(codec.encode(value as never))).toBe(hex);
    expect(codec.decodeExact(fromHex(hex))).toEqual(value);
  },
);

test('a frame with a request is told from one that says how long the request in memory is', () => {
  const nothing = new Uint8Array();
  const hash = new Uint8Array(32);
  const shortest = protocol.ExecuteRequest.encode({
    pvd: { parentHead: nothing, relayParentNumber: 0, relayParentStorageRoot: hash, maxPovSize: 0 },
    pov: { blockData: nothing },
    executionTimeout: { secs: 0n, nanos: 0 },
    artifactChecksum: hash,
    relayParent: hash,
    schedulingParent: hash,
    descriptorVersion: { type: 'V1' },
  });
  const announced = protocol.RequestInMemory.encode({ length: 0xffff_ffff });
  expect(announced.length).toBe(protocol.REQUEST_IN_MEMORY_BYTES);
  expect(shortest.length).toBeGreaterThan(announced.length);
});
