// Arguments for the benchmark: valid signatures and tries, made with independent implementations.
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { blake2b } from '@noble/hashes/blake2.js';

const message = Buffer.alloc(32, 7);

function compact(n) {
  if (n < 64) return Buffer.from([n << 2]);
  if (n < 16384) return Buffer.from([((n << 2) | 1) & 255, n >> 6]);
  return Buffer.from([((n << 2) | 2) & 255, (n >> 6) & 255, (n >> 14) & 255, (n >> 22) & 255]);
}

const vector = (bytes) => Buffer.concat([compact(bytes.length), bytes]);

// One sr25519 signature by polkadot-js' test suite ("this is a message", key of //Alice's dev seed).
const SR25519 = {
  key: '46ebddef8cd9bb167dc30878d7113b7e168e6f0646beffd77d69d39bad76b47a',
  signature:
    '4e172314444b8f820bb54c22e95076f220ed25373e5c178234aa6c211d29271244b947e3ff3418ff6b45fd1df1140c8cbff69fc58ee6dc96df70936a2bb74b82',
  message: Buffer.from('this is a message'),
};

/** Rows: label, host function, arguments (numbers, or bytes with `fat` for fat pointers). */
export function exampleArguments() {
  const bytes = (value) => ({ bytes: Buffer.from(value), fat: false });
  const fat = (value) => ({ bytes: Buffer.from(value), fat: true });

  const edSecret = Buffer.alloc(32, 1);
  const edSignature = ed25519.sign(message, edSecret);
  const edKey = ed25519.getPublicKey(edSecret);

  const secret = Buffer.alloc(32, 2);
  const digest = blake2b(message, { dkLen: 32 });
  const recovered = secp256k1.sign(digest, secret, { prehash: false, format: 'recovered' });
  const signature = Buffer.concat([recovered.slice(1), recovered.slice(0, 1)]);
  const key = secp256k1.getPublicKey(secret, true);

  const extrinsics = Array.from({ length: 400 }, (_, i) => vector(Buffer.alloc(140, i)));
  const ordered = Buffer.concat([compact(extrinsics.length), ...extrinsics]);
  const pairs = Array.from({ length: 400 }, (_, i) =>
    Buffer.concat([
      vector(blake2b(Buffer.from([i & 255, i >> 8]), { dkLen: 32 })),
      vector(Buffer.alloc(40, i)),
    ]),
  );
  const entries = Buffer.concat([compact(pairs.length), ...pairs]);

  const le = (value, size) => Buffer.from(value.toString(16).padStart(size * 2, '0'), 'hex').reverse();
  const sequence = (items) => Buffer.concat([le(BigInt(items.length), 8), ...items]);
  const scalar = (i) => le(0x5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed00n + BigInt(i), 32);
  const g1 = (i) => Buffer.from(bls12_381.G1.Point.BASE.multiply(BigInt(i)).toBytes(false));
  const g2 = (i) => Buffer.from(bls12_381.G2.Point.BASE.multiply(BigInt(i)).toBytes(false));
  const words = Buffer.concat([le(4n, 8), scalar(1)]);
  const hundred = Array.from({ length: 100 }, (_, i) => i + 2);
  const generator = Buffer.concat([
    le(18886178867200960497001835917649091219057080094937609519140440539760939937304n, 32),
    le(19188667384257783945677642223292697773471335439753913231509108946878080696678n, 32),
  ]);

  const sr = [
    bytes(Buffer.from(SR25519.signature, 'hex')),
    fat(SR25519.message),
    bytes(Buffer.from(SR25519.key, 'hex')),
  ];
  return [
    ['sr25519_verify_version_2', 'ext_crypto_sr25519_verify_version_2', sr],
    [
      'ed25519_verify_version_1',
      'ext_crypto_ed25519_verify_version_1',
      [bytes(edSignature), fat(message), bytes(edKey)],
    ],
    [
      'ecdsa_verify_version_2',
      'ext_crypto_ecdsa_verify_version_2',
      [bytes(signature), fat(message), bytes(key)],
    ],
    [
      'ecdsa_verify_prehashed_version_1',
      'ext_crypto_ecdsa_verify_prehashed_version_1',
      [bytes(signature), bytes(digest), bytes(key)],
    ],
    [
      'secp256k1_ecdsa_recover_version_2',
      'ext_crypto_secp256k1_ecdsa_recover_version_2',
      [bytes(signature), bytes(digest)],
    ],
    [
      'secp256k1_ecdsa_recover_compressed_version_2',
      'ext_crypto_secp256k1_ecdsa_recover_compressed_version_2',
      [bytes(signature), bytes(digest)],
    ],
    [
      'trie_blake2_256_ordered_root_v2, 400 × 140 B',
      'ext_trie_blake2_256_ordered_root_version_2',
      [fat(ordered), 0],
    ],
    ['trie_blake2_256_root_v2, 400 × (32 + 40) B', 'ext_trie_blake2_256_root_version_2', [fat(entries), 1]],
    [
      'bls12_381_mul_g1',
      'ext_host_calls_bls12_381_mul_g1_version_1',
      [fat(g1(3)), fat(words), fat(Buffer.alloc(96))],
    ],
    [
      'bls12_381_mul_g2',
      'ext_host_calls_bls12_381_mul_g2_version_1',
      [fat(g2(3)), fat(words), fat(Buffer.alloc(192))],
    ],
    [
      'bls12_381_msm_g1, 100 points',
      'ext_host_calls_bls12_381_msm_g1_version_1',
      [fat(sequence(hundred.map(g1))), fat(sequence(hundred.map(scalar))), fat(Buffer.alloc(96))],
    ],
    [
      'bls12_381_multi_miller_loop, 1 pair',
      'ext_host_calls_bls12_381_multi_miller_loop_version_1',
      [fat(sequence([g1(3)])), fat(sequence([g2(5)])), fat(Buffer.alloc(576))],
    ],
    [
      'bls12_381_final_exponentiation',
      'ext_host_calls_bls12_381_final_exponentiation_version_1',
      [fat(Buffer.alloc(576, 1))],
    ],
    [
      'ed_on_bls12_381_bandersnatch_mul',
      'ext_host_calls_ed_on_bls12_381_bandersnatch_mul_version_1',
      [fat(generator), fat(words), fat(Buffer.alloc(64))],
    ],
    [
      'pallas_mul',
      'ext_host_calls_pallas_mul_version_1',
      [fat(Buffer.concat([le(1n, 32), le(2n, 32), Buffer.alloc(1)])), fat(words), fat(Buffer.alloc(65))],
    ],
  ];
}
