import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { blake2b } from '@noble/hashes/blake2.js';
import { getPublicKey, secretFromSeed, sign, verify } from '@scure/sr25519';
import { describe, expect, test } from 'vitest';
import { Guest, Random } from './guest.ts';

const ROUNDS = 60;

/** One bit flipped somewhere. */
function damaged(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[random.below(copy.length)]! ^= 1 << random.below(8);
  return copy;
}

function attempt<T>(operation: () => T, otherwise: T): T {
  try {
    return operation();
  } catch {
    return otherwise;
  }
}

describe('sr25519', () => {
  const guest = new Guest();
  const check = (signature: Uint8Array, message: Uint8Array, key: Uint8Array, version = 2): boolean => {
    const name = `ext_crypto_sr25519_verify_version_${version}`;
    return guest.call(name, guest.put(signature), guest.fat(message), guest.put(key)) === 1;
  };

  test('agrees with an independent implementation on valid and damaged signatures', () => {
    const random = new Random(1);
    for (let i = 0; i < ROUNDS; i++) {
      const secret = secretFromSeed(random.bytes(32));
      const key = getPublicKey(secret);
      const message = random.bytes(random.below(300));
      const signature = sign(secret, message);
      expect(check(signature, message, key)).toBe(true);
      expect(check(signature, message, key, 1)).toBe(true);
      expect(check(signature, Uint8Array.of(...message, 0), key)).toBe(false);
      for (const [s, k] of [
        [damaged(signature, random), key],
        [signature, damaged(key, random)],
      ] as const) {
        expect(check(s, message, k)).toBe(attempt(() => verify(message, s, k), false));
      }
    }
  });

  test('a signature without its mark passes the first version alone', () => {
    // The neutral element as key and as R, and s = 0, satisfy the equation with any challenge.
    const neutral = new Uint8Array(32);
    const marked = new Uint8Array(64);
    marked[63] = 0x80;
    const message = Buffer.from('a message');
    expect([1, 2].map((version) => check(new Uint8Array(64), message, neutral, version))).toEqual([
      true,
      false,
    ]);
    expect([1, 2].map((version) => check(marked, message, neutral, version))).toEqual([true, true]);
  });

  test('a long message passes through in one piece', () => {
    const secret = secretFromSeed(new Uint8Array(32).fill(9));
    const message = new Random(3).bytes(300_000);
    expect(check(sign(secret, message), message, getPublicKey(secret))).toBe(true);
  });
});

describe('ed25519', () => {
  const guest = new Guest();
  const check = (signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean =>
    guest.call(
      'ext_crypto_ed25519_verify_version_1',
      guest.put(signature),
      guest.fat(message),
      guest.put(key),
    ) === 1;
  const reference = (signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean =>
    attempt(() => ed25519.verify(signature, message, key, { zip215: true }), false);

  test('agrees with an independent implementation on valid and damaged signatures', () => {
    const random = new Random(2);
    for (let i = 0; i < ROUNDS; i++) {
      const secret = random.bytes(32);
      const key = ed25519.getPublicKey(secret);
      const message = random.bytes(random.below(300));
      const signature = ed25519.sign(message, secret);
      expect(check(signature, message, key)).toBe(true);
      for (const [s, k] of [
        [damaged(signature, random), key],
        [signature, damaged(key, random)],
      ] as const) {
        expect(check(s, message, k)).toBe(reference(s, message, k));
      }
    }
  });

  // Points of small order and encodings beyond the field, in every combination: ZIP-215's own test set.
  const SMALL_ORDER = [
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0000000000000000000000000000000000000000000000000000000000000080',
    '0100000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000080',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  ].map((hex) => Buffer.from(hex, 'hex'));

  test('accepts what ZIP-215 accepts with points of small order', () => {
    const message = Buffer.from('Zcash');
    for (const key of SMALL_ORDER) {
      for (const r of SMALL_ORDER) {
        const signature = Buffer.concat([r, Buffer.alloc(32)]);
        expect(check(signature, message, key)).toBe(true);
        signature[32] = 1;
        expect(check(signature, message, key)).toBe(reference(signature, message, key));
      }
    }
  });
});

describe('secp256k1', () => {
  const guest = new Guest();
  const ORDER = secp256k1.Point.CURVE().n;

  const recover = (signature: Uint8Array, digest: Uint8Array, version = 2): string =>
    guest.fatBytes(
      `ext_crypto_secp256k1_ecdsa_recover_compressed_version_${version}`,
      guest.put(signature),
      guest.put(digest),
    );

  function reference(signature: Uint8Array, digest: Uint8Array): string {
    const r = BigInt(`0x${Buffer.from(signature.subarray(0, 32)).toString('hex')}`);
    const s = BigInt(`0x${Buffer.from(signature.subarray(32, 64)).toString('hex')}`);
    if (signature[64]! > 3) return '0101';
    if (r >= ORDER || s >= ORDER) return '0100';
    return attempt(() => {
      const parsed = new secp256k1.Signature(r, s).addRecoveryBit(signature[64]!);
      return `00${parsed.recoverPublicKey(digest).toHex(true)}`;
    }, '0102');
  }

  test('agrees with an independent implementation on valid and damaged signatures', () => {
    const random = new Random(4);
    for (let i = 0; i < ROUNDS; i++) {
      const secret = random.bytes(32);
      const digest = random.bytes(32);
      const recovered = secp256k1.sign(digest, secret, { prehash: false, format: 'recovered' });
      const signature = Uint8Array.of(...recovered.subarray(1), recovered[0]!);
      const key = secp256k1.getPublicKey(secret, true);
      expect(recover(signature, digest)).toBe(`00${Buffer.from(key).toString('hex')}`);
      expect(recover(signature, digest, 1)).toBe(`00${Buffer.from(key).toString('hex')}`);
      const bad = damaged(signature, random);
      if (bad[64]! < 27) expect(recover(bad, digest)).toBe(reference(bad, digest));
    }
  });

  test('verification hashes the message and compares the recovered key', () => {
    const secret = new Uint8Array(32).fill(5);
    const message = Buffer.from('a message');
    const digest = blake2b(message, { dkLen: 32 });
    const recovered = secp256k1.sign(digest, secret, { prehash: false, format: 'recovered' });
    const signature = Uint8Array.of(...recovered.subarray(1), recovered[0]!);
    const key = secp256k1.getPublicKey(secret, true);
    const verify2 = (s: Uint8Array, m: Uint8Array, k: Uint8Array) =>
      guest.call('ext_crypto_ecdsa_verify_version_2', guest.put(s), guest.fat(m), guest.put(k));
    expect(verify2(signature, message, key)).toBe(1);
    expect(verify2(signature, Buffer.from('another'), key)).toBe(0);
    expect(
      guest.call(
        'ext_crypto_ecdsa_verify_prehashed_version_1',
        guest.put(signature),
        guest.put(digest),
        guest.put(key),
      ),
    ).toBe(1);
  });

  test.each([1, 2])(
    'v may be 27 to 30 for recovery (version %i), and is taken as it is for verification',
    (version) => {
      const random = new Random(6);
      const message = random.bytes(40);
      const digest = blake2b(message, { dkLen: 32 });
      const secret = random.bytes(32);
      const key = secp256k1.getPublicKey(secret, true);
      const recovered = secp256k1.sign(digest, secret, { prehash: false, format: 'recovered' });
      const withV = (v: number): Uint8Array => Uint8Array.of(...recovered.subarray(1), v);
      const name = `ext_crypto_secp256k1_ecdsa_recover_version_${version}`;
      const uncompressed = (v: number): string =>
        guest.fatBytes(name, guest.put(withV(v)), guest.put(digest));
      const verifies = (v: number): unknown =>
        guest.call(
          `ext_crypto_ecdsa_verify_version_${version}`,
          guest.put(withV(v)),
          guest.fat(message),
          guest.put(key),
        );
      const BAD_V = '0101';
      for (let v = 0; v < 256; v++) {
        const bit = v > 26 ? v - 27 : v;
        const expected = bit > 3 ? BAD_V : reference(withV(bit), digest);
        expect([v, recover(withV(v), digest, version)]).toEqual([v, expected]);
        const length = expected.startsWith('00') ? 65 : 2;
        expect([v, uncompressed(v).slice(0, 4), uncompressed(v).length / 2]).toEqual([
          v,
          length === 2 ? expected : `00${uncompressed(bit).slice(2, 4)}`,
          length,
        ]);
        expect([v, verifies(v)]).toEqual([v, v === recovered[0] ? 1 : 0]);
      }
    },
  );

  test('every byte of the key counts', () => {
    const secret = new Uint8Array(32).fill(6);
    const message = Buffer.from('a message');
    const digest = blake2b(message, { dkLen: 32 });
    const recovered = secp256k1.sign(digest, secret, { prehash: false, format: 'recovered' });
    const signature = guest.put(Uint8Array.of(...recovered.subarray(1), recovered[0]!));
    const key = secp256k1.getPublicKey(secret, true);
    for (let i = 0; i < key.length; i++) {
      const other = Uint8Array.from(key);
      other[i]! ^= 1;
      const [verified, prehashed] = [
        guest.call('ext_crypto_ecdsa_verify_version_2', signature, guest.fat(message), guest.put(other)),
        guest.call(
          'ext_crypto_ecdsa_verify_prehashed_version_1',
          signature,
          guest.put(digest),
          guest.put(other),
        ),
      ];
      expect([i, verified, prehashed]).toEqual([i, 0, 0]);
    }
  });

  test('a scalar beyond the order is reduced by the first versions and refused by the others', () => {
    const message = Buffer.from('a message');
    const digest = blake2b(message, { dkLen: 32 });
    const [, ...rs] = secp256k1.sign(digest, new Uint8Array(32).fill(7), {
      prehash: false,
      format: 'recovered',
    });
    const scalar = (n: bigint) => Buffer.from(n.toString(16).padStart(64, '0'), 'hex');
    const withS = (n: bigint) => Uint8Array.of(...rs.slice(0, 32), ...scalar(n), 0);
    // Any r and s belong to some key.
    const key = Buffer.from(recover(withS(5n), digest).slice(2), 'hex');
    const verifies = (version: number, n: bigint) =>
      guest.call(
        `ext_crypto_ecdsa_verify_version_${version}`,
        guest.put(withS(n)),
        guest.fat(message),
        guest.put(key),
      );
    expect([verifies(1, 5n), verifies(2, 5n)]).toEqual([1, 1]);
    expect([verifies(1, ORDER + 5n), verifies(2, ORDER + 5n)]).toEqual([1, 0]);
    expect([recover(withS(ORDER + 5n), digest, 1), recover(withS(ORDER + 5n), digest, 2)]).toEqual([
      recover(withS(5n), digest),
      '0100',
    ]);
    const prehashed = 'ext_crypto_ecdsa_verify_prehashed_version_1';
    expect(guest.call(prehashed, guest.put(withS(ORDER + 5n)), guest.put(digest), guest.put(key))).toBe(0);
  });

  test('coordinates and scalars at the edges', () => {
    const P = secp256k1.Point.Fp.ORDER;
    const edges = [
      0n,
      1n,
      2n,
      ORDER - 1n,
      ORDER,
      ORDER + 1n,
      P - ORDER - 1n,
      P - ORDER,
      P - 1n,
      P,
      2n ** 256n - 1n,
    ];
    const bytes = (n: bigint) => Buffer.from(n.toString(16).padStart(64, '0'), 'hex');
    for (const r of edges) {
      for (const s of [0n, 1n, ORDER - 1n, ORDER, 2n ** 255n]) {
        for (const v of [0, 1, 2, 3, 4]) {
          for (const m of [0n, 1n, ORDER, 2n ** 256n - 1n]) {
            const signature = Buffer.concat([bytes(r), bytes(s), Buffer.of(v)]);
            expect(recover(signature, bytes(m)), `${r} ${s} ${v} ${m}`).toBe(reference(signature, bytes(m)));
          }
        }
      }
    }
  });
});
