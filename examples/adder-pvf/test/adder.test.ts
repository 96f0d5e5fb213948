import {
  adderChain,
  adderGenesis,
  encodeAdderBlock,
  encodeAdderHead,
  readAdderPvf,
} from '@pvf/example-adder-pvf';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import wabt from 'wabt';
import { callGuest, encodeParams, encodeResult } from './guest.ts';

const genesis = encodeAdderHead(adderGenesis());

test('exports what a PVF must, imports nothing', () => {
  const module = new WebAssembly.Module(readAdderPvf() as Uint8Array<ArrayBuffer>);
  expect(WebAssembly.Module.imports(module)).toEqual([]);
  expect(WebAssembly.Module.exports(module).map(({ name, kind }) => `${kind} ${name}`)).toEqual([
    'function validate_block',
    'global __heap_base',
    'memory memory',
  ]);
});

test('is WebAssembly MVP', async () => {
  const { readWasm } = await wabt();
  const module = readWasm(readAdderPvf(), {
    mutable_globals: true,
    sign_extension: false,
    sat_float_to_int: false,
    bulk_memory: false,
    multi_value: false,
    reference_types: false,
    simd: false,
  });
  expect(() => module.validate()).not.toThrow();
  module.destroy();
});

test('a chain of blocks gives the heads that the state machine prescribes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.bigInt(0n, 2n ** 64n - 1n), { maxLength: 5 }),
      fc.nat(2 ** 31),
      (additions, relayParent) => {
        for (const { parentHead, blockData, head } of adderChain(additions)) {
          expect(callGuest(encodeParams(parentHead, blockData, relayParent))).toEqual(
            encodeResult(head, relayParent),
          );
        }
      },
    ),
  );
});

test('bytes after the block and after the parameters are ignored', () => {
  const [first] = adderChain([7n]);
  const block = Uint8Array.of(...first!.blockData, 1, 2, 3);
  const params = Uint8Array.of(...encodeParams(genesis, block, 9), 0);
  expect(callGuest(params)).toEqual(encodeResult(first!.head, 9));
});

const block = encodeAdderBlock({ state: 0n, add: 1n });
test.each([
  ['a wrong state', encodeParams(genesis, encodeAdderBlock({ state: 1n, add: 1n }), 1)],
  ['a short block', encodeParams(genesis, block.subarray(1), 1)],
  ['a short head', encodeParams(genesis.subarray(1), block, 1)],
  ['no head', encodeParams(new Uint8Array(), block, 1)],
  ['parameters cut short', encodeParams(genesis, block, 1).subarray(0, -1)],
  ['no parameters', new Uint8Array()],
  ['a length in more bytes than it needs', Uint8Array.of(0x21, 0x01, ...genesis, 0x41, 0x00, ...block)],
  ['a length beyond the parameters', Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 1, 2, 3)],
  ['a length of 2^32 - 1', Uint8Array.of(0x03, 0xff, 0xff, 0xff, 0xff)],
])('%s traps', (_, params) => {
  expect(() => callGuest(params)).toThrow(WebAssembly.RuntimeError);
});
