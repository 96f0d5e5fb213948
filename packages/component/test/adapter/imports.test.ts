import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HOST_INTERFACES } from '../../src/contract.ts';
import { type Adapter, instantiateAdapter, LAYOUT, type StandIns } from '../support/adapter.ts';
import { Guest } from '../support/guest.ts';

const bytes = readFileSync(new URL('../../dist/adapter.wasm', import.meta.url));
const PAGE = 65_536;

function adapterWith(env: NonNullable<StandIns['env']>): { adapter: Adapter; guest: Guest } {
  const guest = new Guest();
  const adapter = instantiateAdapter(bytes, { realloc: guest.realloc, env });
  guest.memory = adapter.memory;
  return { adapter, guest };
}

const HASHES: readonly (readonly [adapter: string, host: string, length: number])[] = [
  ['hashing_blake2_b128', 'ext_hashing_blake2_128_version_1', 16],
  ['hashing_blake2_b256', 'ext_hashing_blake2_256_version_1', 32],
  ['hashing_keccak256', 'ext_hashing_keccak_256_version_1', 32],
  ['hashing_keccak512', 'ext_hashing_keccak_512_version_1', 64],
  ['hashing_sha2256', 'ext_hashing_sha2_256_version_1', 32],
  ['hashing_twox64', 'ext_hashing_twox_64_version_1', 8],
  ['hashing_twox128', 'ext_hashing_twox_128_version_1', 16],
  ['hashing_twox256', 'ext_hashing_twox_256_version_1', 32],
];

describe('imports of world pvf:parachain', () => {
  it('are all there in the adapter', () => {
    const names = Object.keys(instantiateAdapter(bytes).exports);
    const wanted = Object.entries(HOST_INTERFACES).flatMap(([path, functions]) =>
      Object.keys(functions).map((name) => `${path}_${name.replaceAll('-', '_')}`),
    );
    expect(names).toEqual(expect.arrayContaining(wanted));
  });

  for (const [name, host, length] of HASHES) {
    it(`${name} copies what the host allocated and frees it`, () => {
      const freed: number[] = [];
      const { adapter, guest } = adapterWith({
        [host]: ((data: bigint) => {
          expect(data).toBe((5n << 32n) | 100n);
          new Uint8Array(adapter.memory.buffer, LAYOUT.heap + 8, length).fill(0xcd);
          return LAYOUT.heap + 8;
        }) as never,
        ext_allocator_free_version_1: ((pointer: number) => {
          freed.push(pointer);
        }) as never,
      });
      adapter.exports[name]!(100, 5, 200);
      const [pointer, count] = [guest.view.getUint32(200, true), guest.view.getUint32(204, true)];
      expect(count).toBe(length);
      expect(new Uint8Array(adapter.memory.buffer, pointer, count)).toEqual(
        new Uint8Array(length).fill(0xcd),
      );
      expect(freed).toEqual([LAYOUT.heap + 8]);
    });

    it(`${name} traps for data or a place out of the guest’s memory before the host sees it`, () => {
      const { adapter } = adapterWith({ [host]: (() => LAYOUT.heap) as never });
      const call = adapter.exports[name]!;
      for (const [pointer, count] of [
        [PAGE, 1],
        [0, PAGE + 1],
        [1, 0xffff_ffff],
        [LAYOUT.heap, 1],
      ]) {
        expect(() => call(pointer, count, 200)).toThrow(WebAssembly.RuntimeError);
      }
      for (const place of [201, 202, PAGE - 4, PAGE, 0xffff_fffc]) {
        expect(() => call(0, 1, place)).toThrow(WebAssembly.RuntimeError);
      }
    });

    it(`${name} traps if the host’s answer does not lie in the host’s heap`, () => {
      for (const answer of [0, LAYOUT.texts, LAYOUT.heap - 1, LAYOUT.heapEnd - length + 1, 0xffff_ffff]) {
        const { adapter } = adapterWith({ [host]: (() => answer) as never });
        expect(() => adapter.exports[name]!(0, 1, 200)).toThrow(WebAssembly.RuntimeError);
      }
    });
  }

  const verifiers: readonly (readonly [name: string, host: string, signature: number, key: number])[] = [
    ['signatures_ed25519_verify', 'ext_crypto_ed25519_verify_version_1', 64, 32],
    ['signatures_sr25519_verify', 'ext_crypto_sr25519_verify_version_2', 64, 32],
    ['signatures_ecdsa_verify', 'ext_crypto_ecdsa_verify_version_2', 65, 33],
  ];
  for (const [name, host, signature, key] of verifiers) {
    it(`${name} asks the host for right lengths and says no to all others`, () => {
      const calls: unknown[][] = [];
      const { adapter } = adapterWith({
        [host]: ((...args: unknown[]) => (calls.push(args) > 0 ? 1 : 0)) as never,
      });
      const call = adapter.exports[name]!;
      expect(call(100, signature, 300, 9, 400, key)).toBe(1);
      expect(calls).toEqual([[100, (9n << 32n) | 300n, 400]]);
      expect(call(100, signature - 1, 300, 9, 400, key)).toBe(0);
      expect(call(100, signature, 300, 9, 400, key + 1)).toBe(0);
      expect(calls).toHaveLength(1);
      expect(() => call(PAGE - 10, signature, 300, 9, 400, key)).toThrow(WebAssembly.RuntimeError);
      expect(() => call(100, signature, 300, PAGE, 400, key)).toThrow(WebAssembly.RuntimeError);
      expect(() => call(100, signature, 300, 9, PAGE, key)).toThrow(WebAssembly.RuntimeError);
    });
  }

  for (const [name, host, length] of [
    ['signatures_secp256k1_ecdsa_recover', 'ext_crypto_secp256k1_ecdsa_recover_version_2', 64],
    [
      'signatures_secp256k1_ecdsa_recover_compressed',
      'ext_crypto_secp256k1_ecdsa_recover_compressed_version_2',
      33,
    ],
  ] as const) {
    it(`${name} gives a key, or none`, () => {
      let good = true;
      const freed: number[] = [];
      const { adapter, guest } = adapterWith({
        [host]: (() => {
          const heap = new Uint8Array(adapter.memory.buffer, LAYOUT.heap + 8);
          heap.fill(0xee, 0, 80);
          heap[0] = good ? 0 : 1;
          return (BigInt(good ? length + 1 : 2) << 32n) | BigInt(LAYOUT.heap + 8);
        }) as never,
        ext_allocator_free_version_1: ((pointer: number) => {
          freed.push(pointer);
        }) as never,
      });
      const call = adapter.exports[name]!;
      call(100, 65, 300, 32, 400);
      expect(guest.view.getUint8(400)).toBe(1);
      const pointer = guest.view.getUint32(404, true);
      expect(guest.view.getUint32(408, true)).toBe(length);
      expect(new Uint8Array(adapter.memory.buffer, pointer, length)).toEqual(
        new Uint8Array(length).fill(0xee),
      );
      good = false;
      call(100, 65, 300, 32, 400);
      expect(guest.view.getUint8(400)).toBe(0);
      expect(freed).toHaveLength(2);
      guest.view.setUint8(400, 9);
      call(100, 64, 300, 32, 400);
      expect(guest.view.getUint8(400)).toBe(0);
      for (const place of [401, PAGE - 8])
        expect(() => call(100, 65, 300, 32, place)).toThrow(WebAssembly.RuntimeError);
    });
  }

  it('log traps for a level that is none and for text out of memory', () => {
    const lines: unknown[][] = [];
    const { adapter } = adapterWith({
      ext_logging_log_version_1: ((...line: unknown[]) => {
        lines.push(line);
      }) as never,
    });
    adapter.exports.logging_log!(4, 10, 2, 20, 3);
    expect(lines).toEqual([[4, (2n << 32n) | 10n, (3n << 32n) | 20n]]);
    for (const level of [5, 255, -1]) {
      expect(() => adapter.exports.logging_log!(level, 10, 2, 20, 3)).toThrow(WebAssembly.RuntimeError);
    }
    expect(() => adapter.exports.logging_log!(0, PAGE, 1, 20, 3)).toThrow(WebAssembly.RuntimeError);
    expect(() => adapter.exports.logging_log!(0, 10, 2, 20, PAGE)).toThrow(WebAssembly.RuntimeError);
    expect(lines).toHaveLength(1);
  });

  it('trap when the guest calls one while it is asked for memory', () => {
    const guest = new Guest();
    let calls = 0;
    const adapter = instantiateAdapter(bytes, {
      realloc: (old, oldSize, align, size) => {
        calls++;
        adapter.exports.logging_log!(0, 10, 2, 20, 3);
        return guest.realloc(old, oldSize, align, size);
      },
      env: { ext_hashing_twox_64_version_1: (() => LAYOUT.heap + 8) as never },
    });
    guest.memory = adapter.memory;
    expect(() => adapter.exports.hashing_twox64!(0, 1, 200)).toThrow(WebAssembly.RuntimeError);
    expect(calls).toBe(1);
  });
});
