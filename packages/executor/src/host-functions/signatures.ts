/** Type of a value in WebAssembly, of those that functions of the host take. */
export type ValType = 'i32' | 'i64' | 'f32' | 'f64';

/** Group of a host function, after the interface that it belongs to. */
export type HostFunctionKind =
  | 'allocator'
  | 'batch'
  | 'crypto'
  | 'ecc'
  | 'hashing'
  | 'keystore'
  | 'logging'
  | 'misc'
  | 'trie';

/** Type of one host function as a wasm import, all in module `env`. */
export interface HostFunctionSignature {
  readonly params: readonly ValType[];
  readonly results: readonly ValType[];
  /** Known only with the executor parameter EnabledHostFunction(EccRfc163). */
  readonly eccOnly: boolean;
  readonly kind: HostFunctionKind;
}

const TYPES: Readonly<Record<string, ValType>> = { i: 'i32', l: 'i64' };

// One line per type: parameters, `:`, results; i = i32, l = i64 (fat pointers among them).
const TABLE: readonly (readonly [HostFunctionKind, string, readonly string[]])[] = [
  ['allocator', 'i:', ['allocator_free_version_1']],
  ['allocator', 'i:i', ['allocator_malloc_version_1']],
  ['misc', 'l:', ['misc_print_hex_version_1', 'misc_print_num_version_1', 'misc_print_utf8_version_1']],
  ['misc', 'l:l', ['misc_runtime_version_version_1']],
  ['logging', 'ill:', ['logging_log_version_1']],
  ['logging', ':i', ['logging_max_level_version_1']],
  [
    'hashing',
    'l:i',
    [
      'hashing_blake2_128_version_1',
      'hashing_blake2_256_version_1',
      'hashing_keccak_256_version_1',
      'hashing_keccak_512_version_1',
      'hashing_sha2_256_version_1',
      'hashing_twox_128_version_1',
      'hashing_twox_256_version_1',
      'hashing_twox_64_version_1',
    ],
  ],
  [
    'crypto',
    'ili:i',
    [
      'crypto_ecdsa_verify_version_1',
      'crypto_ecdsa_verify_version_2',
      'crypto_ed25519_verify_version_1',
      'crypto_sr25519_verify_version_1',
      'crypto_sr25519_verify_version_2',
    ],
  ],
  ['crypto', 'iii:i', ['crypto_ecdsa_verify_prehashed_version_1']],
  [
    'crypto',
    'ii:l',
    [
      'crypto_secp256k1_ecdsa_recover_version_1',
      'crypto_secp256k1_ecdsa_recover_version_2',
      'crypto_secp256k1_ecdsa_recover_compressed_version_1',
      'crypto_secp256k1_ecdsa_recover_compressed_version_2',
    ],
  ],
  [
    'batch',
    'ili:i',
    [
      'crypto_ecdsa_batch_verify_version_1',
      'crypto_ed25519_batch_verify_version_1',
      'crypto_sr25519_batch_verify_version_1',
    ],
  ],
  ['batch', ':', ['crypto_start_batch_verify_version_1']],
  ['batch', ':i', ['crypto_finish_batch_verify_version_1']],
  [
    'keystore',
    'il:i',
    [
      'crypto_ecdsa_generate_version_1',
      'crypto_ed25519_generate_version_1',
      'crypto_sr25519_generate_version_1',
    ],
  ],
  [
    'keystore',
    'i:l',
    [
      'crypto_ecdsa_public_keys_version_1',
      'crypto_ed25519_public_keys_version_1',
      'crypto_sr25519_public_keys_version_1',
    ],
  ],
  [
    'keystore',
    'iil:l',
    ['crypto_ecdsa_sign_version_1', 'crypto_ed25519_sign_version_1', 'crypto_sr25519_sign_version_1'],
  ],
  ['keystore', 'iii:l', ['crypto_ecdsa_sign_prehashed_version_1']],
  [
    'trie',
    'l:i',
    [
      'trie_blake2_256_ordered_root_version_1',
      'trie_blake2_256_root_version_1',
      'trie_keccak_256_ordered_root_version_1',
      'trie_keccak_256_root_version_1',
    ],
  ],
  [
    'trie',
    'li:i',
    [
      'trie_blake2_256_ordered_root_version_2',
      'trie_blake2_256_root_version_2',
      'trie_keccak_256_ordered_root_version_2',
      'trie_keccak_256_root_version_2',
    ],
  ],
  ['trie', 'illl:i', ['trie_blake2_256_verify_proof_version_1', 'trie_keccak_256_verify_proof_version_1']],
  ['trie', 'illli:i', ['trie_blake2_256_verify_proof_version_2', 'trie_keccak_256_verify_proof_version_2']],
  ['ecc', 'l:i', ['host_calls_bls12_381_final_exponentiation_version_1']],
  [
    'ecc',
    'lll:i',
    [
      'host_calls_bls12_381_msm_g1_version_1',
      'host_calls_bls12_381_msm_g2_version_1',
      'host_calls_bls12_381_mul_g1_version_1',
      'host_calls_bls12_381_mul_g2_version_1',
      'host_calls_bls12_381_multi_miller_loop_version_1',
      'host_calls_ed_on_bls12_381_bandersnatch_msm_version_1',
      'host_calls_ed_on_bls12_381_bandersnatch_mul_version_1',
      'host_calls_pallas_msm_version_1',
      'host_calls_pallas_mul_version_1',
      'host_calls_vesta_msm_version_1',
      'host_calls_vesta_mul_version_1',
    ],
  ],
];

function decodeTypes(letters: string): ValType[] {
  return [...letters].map((letter) => TYPES[letter]!);
}

/** Every host function a PVF may import from module `env`, by name. */
export const HOST_FUNCTION_SIGNATURES: ReadonlyMap<string, HostFunctionSignature> = new Map(
  TABLE.flatMap(([kind, type, names]) => {
    const [params = '', results = ''] = type.split(':');
    const signature: HostFunctionSignature = {
      params: decodeTypes(params),
      results: decodeTypes(results),
      eccOnly: kind === 'ecc',
      kind,
    };
    return names.map((name): [string, HostFunctionSignature] => [`ext_${name}`, signature]);
  }),
);
