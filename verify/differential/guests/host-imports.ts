import type { Random } from '../random.ts';
import { type FunctionType, i32Const, i64Const, type ValueType } from './encode.ts';

/** A host function as the generator calls it: how to make arguments, and what its result is good for. */
export interface HostImport {
  name: string;
  type: FunctionType;
  /** Code that pushes the arguments. */
  args(random: Random, data: KnownData): number[];
  /** The result points to this many readable bytes. */
  resultPointsTo?: number;
}

/** Bytes of guest memory at address 0 that arguments point into. */
export const SCRATCH_BYTES = 0x2000;

/** Data that a module is known to hold, as `length << 32 | pointer`: what the trie functions take. */
export interface KnownData {
  /** SCALE `Vec<(Vec<u8>, Vec<u8>)>` */
  pairs: bigint;
  /** SCALE `Vec<Vec<u8>>` */
  list: bigint;
}

const pointer = (random: Random, room: number): number[] => i32Const(random.below(SCRATCH_BYTES - room));

function fat(random: Random, longest = 600): number[] {
  // One in fifty points outside of memory: the host function must refuse, whatever it computes.
  if (random.chance(0.02)) return i64Const((BigInt(random.u32()) << 32n) | BigInt(random.u32()));
  const length = random.chance(0.1) ? 0 : random.below(longest);
  return i64Const((BigInt(length) << 32n) | BigInt(random.below(SCRATCH_BYTES - longest)));
}

function known(random: Random, at: bigint): number[] {
  return random.chance(0.9) ? i64Const(at) : fat(random);
}

const stateVersion = (random: Random): number[] => i32Const(random.pick([0, 1, 1, 2, 3, 256]));

function host(
  name: string,
  params: readonly ValueType[],
  result: ValueType | undefined,
  args: HostImport['args'],
  resultPointsTo?: number,
): HostImport {
  return {
    name,
    type: { params, result },
    args,
    ...(resultPointsTo === undefined ? {} : { resultPointsTo }),
  };
}

const hash = (name: string, bytes: number): HostImport =>
  host(`ext_hashing_${name}_version_1`, ['i64'], 'i32', (random) => fat(random), bytes);

const verify = (name: string): HostImport =>
  host(`ext_crypto_${name}`, ['i32', 'i64', 'i32'], 'i32', (random) => [
    ...pointer(random, 65),
    ...fat(random),
    ...pointer(random, 33),
  ]);

const recover = (name: string): HostImport =>
  host(`ext_crypto_secp256k1_ecdsa_recover_${name}`, ['i32', 'i32'], 'i64', (random) => [
    ...pointer(random, 65),
    ...pointer(random, 32),
  ]);

/** Everything that a guest may import and that needs no keystore, storage or ECC parameter. */
export const HOST_IMPORTS: readonly HostImport[] = [
  host('ext_allocator_malloc_version_1', ['i32'], 'i32', (random) => {
    const large = random.chance(0.02);
    return i32Const(large ? random.u32() : random.below(random.pick([9, 100, 5000, 200_000])));
  }),
  host('ext_allocator_malloc_version_1', ['i32'], 'i32', (random) => i32Const(random.below(64))),
  hash('blake2_128', 16),
  hash('blake2_256', 32),
  hash('keccak_256', 32),
  hash('keccak_512', 64),
  hash('sha2_256', 32),
  hash('twox_64', 8),
  hash('twox_128', 16),
  hash('twox_256', 32),
  verify('ed25519_verify_version_1'),
  verify('sr25519_verify_version_1'),
  verify('sr25519_verify_version_2'),
  verify('ecdsa_verify_version_1'),
  verify('ecdsa_verify_version_2'),
  recover('version_1'),
  recover('version_2'),
  recover('compressed_version_1'),
  recover('compressed_version_2'),
  host('ext_logging_max_level_version_1', [], 'i32', () => []),
  host('ext_logging_log_version_1', ['i32', 'i64', 'i64'], undefined, (random) => [
    ...i32Const(random.pick([0, 1, 2, 3, 4, 4, 4, 5])),
    ...fat(random, 40),
    ...fat(random, 40),
  ]),
  host('ext_misc_print_num_version_1', ['i64'], undefined, (random) => i64Const(BigInt(random.u32()))),
  host('ext_misc_print_hex_version_1', ['i64'], undefined, (random) => fat(random, 40)),
  host('ext_misc_print_utf8_version_1', ['i64'], undefined, (random) => fat(random, 40)),
  ...['blake2_256', 'keccak_256'].flatMap((hasher) => [
    host(
      `ext_trie_${hasher}_root_version_1`,
      ['i64'],
      'i32',
      (random, data) => known(random, data.pairs),
      32,
    ),
    host(
      `ext_trie_${hasher}_root_version_2`,
      ['i64', 'i32'],
      'i32',
      (random, data) => [...known(random, data.pairs), ...stateVersion(random)],
      32,
    ),
    host(
      `ext_trie_${hasher}_ordered_root_version_1`,
      ['i64'],
      'i32',
      (random, data) => known(random, data.list),
      32,
    ),
    host(
      `ext_trie_${hasher}_ordered_root_version_2`,
      ['i64', 'i32'],
      'i32',
      (random, data) => [...known(random, data.list), ...stateVersion(random)],
      32,
    ),
  ]),
];

/** Imports of `env` that no host has; they trap, but only when called. */
export const UNKNOWN_IMPORTS: readonly HostImport[] = [
  host('ext_unknown_version_1', ['i32'], 'i32', (random) => i32Const(random.u32())),
  host('ext_storage_get_version_1', ['i64'], 'i64', (random) => fat(random)),
  host('abort_on_panic', [], undefined, () => []),
];

/** Elliptic curve functions; they exist only under `EnabledHostFunction`. The third argument is where the result goes. */
export const ECC_IMPORTS: readonly HostImport[] = [
  host('ext_host_calls_bls12_381_final_exponentiation_version_1', ['i64'], 'i32', (random) => fat(random)),
  ...[
    'bls12_381_msm_g1',
    'bls12_381_msm_g2',
    'bls12_381_mul_g1',
    'bls12_381_mul_g2',
    'bls12_381_multi_miller_loop',
    'ed_on_bls12_381_bandersnatch_msm',
    'ed_on_bls12_381_bandersnatch_mul',
    'pallas_msm',
    'pallas_mul',
    'vesta_msm',
    'vesta_mul',
  ].map((name) =>
    host(`ext_host_calls_${name}_version_1`, ['i64', 'i64', 'i64'], 'i32', (random) => [
      ...fat(random),
      ...fat(random),
      ...fat(random),
    ]),
  ),
];
