import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { errorOfReason } from '../../src/host-functions/errors.ts';
import {
  createHostFunctions,
  HOST_FUNCTION_SIGNATURES,
  type HostFunctionSignature,
} from '../../src/host-functions/index.ts';
import { fatPointer, Guest } from './guest.ts';

/** Arguments that point nowhere; a plain number, which only follows fat pointers, is 0. */
function outside({ kind, params }: HostFunctionSignature): (number | bigint)[] {
  return params.map((type, i) => {
    if (type === 'i64') return fatPointer(0xffff_fff0, 32);
    return kind === 'trie' && i > 0 ? 0 : 0xffff_fff0;
  });
}

const withMemory = [...HOST_FUNCTION_SIGNATURES].filter(
  ([, { kind, params }]) => params.length > 0 && ['crypto', 'hashing', 'trie'].includes(kind),
);

describe('arguments outside the memory', () => {
  test.each(withMemory)('%s', (name, signature) => {
    expect(new Guest().trap(name, ...outside(signature))).toBe('OUT_OF_BOUNDS');
  });
});

describe('every argument is checked, the last one too', () => {
  test.each([
    ['ext_crypto_sr25519_verify_version_2', [0, fatPointer(0, 1), 0]],
    ['ext_crypto_ed25519_verify_version_1', [0, fatPointer(0, 1), 0]],
    ['ext_crypto_ecdsa_verify_version_2', [0, fatPointer(0, 1), 0]],
    ['ext_crypto_ecdsa_verify_prehashed_version_1', [0, 0, 0]],
    ['ext_crypto_secp256k1_ecdsa_recover_version_1', [0, 0]],
    ['ext_trie_blake2_256_verify_proof_version_1', [0, fatPointer(0, 1), fatPointer(0, 1), fatPointer(0, 1)]],
  ] as const)('%s', (name, good) => {
    expect(new Guest().trap(name, ...good)).toBe(undefined);
    for (let i = 0; i < good.length; i++) {
      const args: (number | bigint)[] = [...good];
      args[i] = typeof args[i] === 'bigint' ? fatPointer(0xffff_ffff, 0) : 0xffff_ffff;
      expect(new Guest().trap(name, ...args), `argument ${i}`).toBe('OUT_OF_BOUNDS');
    }
  });
});

test('a result that finds no memory traps', () => {
  const guest = new Guest({ maxPages: 600 });
  guest.functions.allocate(4_000_000);
  expect(() => guest.functions.allocate(4_000_000)).toThrow(
    expect.objectContaining({ code: 'OUT_OF_SPACE' }),
  );
  expect(guest.trap('ext_hashing_twox_64_version_1', 0n)).toBe('ALLOCATOR_POISONED');
});

test('keystore functions trap', () => {
  for (const [name, { kind, params }] of HOST_FUNCTION_SIGNATURES) {
    if (kind !== 'keystore') continue;
    const args = params.map((type) => (type === 'i64' ? 0n : 0));
    expect(new Guest().trap(name, ...args), name).toBe('NO_KEYSTORE');
  }
});

describe('batches', () => {
  const start = 'ext_crypto_start_batch_verify_version_1';
  const finish = 'ext_crypto_finish_batch_verify_version_1';
  const verify = 'ext_crypto_sr25519_batch_verify_version_1';

  test('a bad signature spoils a batch, not the next one', () => {
    const guest = new Guest();
    guest.call(start);
    expect(guest.call(verify, 0, fatPointer(0, 0), 0)).toBe(0);
    expect(guest.call(finish)).toBe(0);
    guest.call(start);
    expect(guest.call(finish)).toBe(1);
  });

  test('a bad signature outside of a batch is only that', () => {
    const guest = new Guest();
    expect(guest.call(verify, 0, fatPointer(0, 0), 0)).toBe(0);
    guest.call(start);
    expect(guest.call(finish)).toBe(1);
  });

  test('starting twice, finishing without a start and ed25519 trap', () => {
    const guest = new Guest();
    guest.call(start);
    expect(guest.trap(start)).toBe('BATCH_STARTED_TWICE');
    expect(new Guest().trap(finish)).toBe('BATCH_NOT_STARTED');
    expect(new Guest().trap('ext_crypto_ed25519_batch_verify_version_1', 0, 0n, 0)).toBe(
      'NESTED_EXTERNALITIES',
    );
  });
});

describe('before the heap base is known', () => {
  const functions = createHostFunctions({
    memory: new WebAssembly.Memory({ initial: 1 }),
    maxPages: 1,
    eccEnabled: false,
    loggingMaxLevel: 3,
  });

  test('functions that touch memory trap', () => {
    for (const [name, signature] of withMemory) {
      const host = functions.imports[name] as (...args: (number | bigint)[]) => unknown;
      const args = signature.params.map((type) => (type === 'i64' ? 0n : 0));
      expect(() => host(...args), name).toThrow(WebAssembly.RuntimeError);
      expect(functions.failure()!.code, name).toBe('NOT_READY');
    }
  });

  test('the others answer', () => {
    expect((functions.imports.ext_logging_max_level_version_1 as () => number)()).toBe(3);
  });
});

describe('imports', () => {
  const options = {
    memory: new WebAssembly.Memory({ initial: 1 }),
    maxPages: 1,
    eccEnabled: false,
    loggingMaxLevel: 1,
  };

  test('all known functions but the ECC ones', () => {
    const expected = [...HOST_FUNCTION_SIGNATURES].filter(([, s]) => !s.eccOnly).map(([name]) => name);
    expect(new Set(Object.keys(createHostFunctions(options).imports))).toEqual(new Set(expected));
  });

  test('only those that are used, if told', () => {
    const usedImports = new Set(['ext_hashing_twox_64_version_1', 'ext_storage_get_version_1']);
    expect(Object.keys(createHostFunctions({ ...options, usedImports }).imports)).toEqual([
      'ext_hashing_twox_64_version_1',
    ]);
  });
});

test('a reason has one name in the helper, which leaves its number, and here', () => {
  const source = readFileSync(new URL('../../assembly/shim/reasons.ts', import.meta.url), 'utf8');
  const reasons = [...source.matchAll(/export const (\w+): u32 = (\d+);/g)];
  expect(reasons.length).toBeGreaterThan(20);
  for (const [, name, number] of reasons)
    expect([number, errorOfReason(Number(number))?.code]).toEqual([number, name]);
  expect(errorOfReason(0)).toBeUndefined();
  expect(errorOfReason(reasons.length + 1)).toBeUndefined();
});
