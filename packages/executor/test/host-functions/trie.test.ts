import { blake2b } from '@noble/hashes/blake2.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { describe, expect, test } from 'vitest';
import { Guest, Random } from './guest.ts';
import { compact, type Hash, list, ReferenceTrie, vector } from './reference-trie.ts';

const HASHERS: Record<string, Hash> = {
  blake2: (data) => blake2b(data, { dkLen: 32 }),
  keccak: (data) => keccak_256(data),
};

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Keys that share long prefixes, are prefixes of each other, or repeat. */
function randomEntries(random: Random, count: number): [Uint8Array, Uint8Array][] {
  const keys: Uint8Array[] = [new Uint8Array(0)];
  return Array.from({ length: count }, () => {
    const base = keys[random.below(keys.length)]!;
    const key = Uint8Array.of(
      ...base.subarray(0, random.below(base.length + 1)),
      ...random.bytes(random.below(4)),
      ...new Uint8Array(random.below(50) === 0 ? 200 : 0),
    );
    keys.push(key);
    return [key, random.bytes(random.below(5) === 0 ? 33 : random.below(70))];
  });
}

describe.each(Object.entries(HASHERS))('%s', (hasher, hash) => {
  const guest = new Guest();
  const random = new Random(hasher.length);

  test('roots agree with a plain construction, in both layouts', () => {
    for (let i = 0; i < 60; i++) {
      const entries = randomEntries(random, random.below(60));
      const input = guest.fat(
        list(entries.map(([key, value]) => Buffer.concat([vector(key), vector(value)]))),
      );
      for (const version of [0, 1]) {
        const expected = hex(new ReferenceTrie(entries, hash, version === 1).root());
        expect(guest.bytes(`ext_trie_${hasher}_256_root_version_2`, 32, input, version)).toBe(expected);
        if (version === 0) {
          expect(guest.bytes(`ext_trie_${hasher}_256_root_version_1`, 32, input)).toBe(expected);
        }
      }
    }
  });

  test('ordered roots agree too, past the one-byte indices', () => {
    for (const count of [0, 1, 2, 16, 63, 64, 65, 300, 17_000]) {
      const values = Array.from({ length: count }, () => random.bytes(random.below(40)));
      const entries = values.map((value, i): [Uint8Array, Uint8Array] => [compact(i), value]);
      const expected = hex(new ReferenceTrie(entries, hash, true).root());
      const input = guest.fat(list(values.map(vector)));
      expect(guest.bytes(`ext_trie_${hasher}_256_ordered_root_version_2`, 32, input, 1)).toBe(expected);
    }
  });

  test('proofs of every entry hold, and only with the right key, value, root and nodes', () => {
    for (let i = 0; i < 12; i++) {
      for (const version of [0, 1]) {
        const trie = new ReferenceTrie(randomEntries(random, 1 + random.below(30)), hash, version === 1);
        const root = trie.root();
        const verify = (r: Uint8Array, proof: Uint8Array[], key: Uint8Array, value: Uint8Array) =>
          guest.call(
            `ext_trie_${hasher}_256_verify_proof_version_2`,
            guest.put(r),
            guest.fat(list(proof.map(vector))),
            guest.fat(key),
            guest.fat(value),
            version,
          );
        for (const [key, value] of trie.entries()) {
          const proof = trie.proof(key);
          expect(verify(root, proof, key, value)).toBe(1);
          expect(verify(root, proof, key, Uint8Array.of(...value, 1))).toBe(0);
          expect(verify(root, proof, Uint8Array.of(...key, 1), value)).toBe(0);
          expect(verify(hash(root), proof, key, value)).toBe(0);
          expect(verify(root, [...proof, proof[0]!], key, value)).toBe(0);
          expect(verify(root, proof.slice(0, -1), key, value)).toBe(0);
          const damaged = proof.map((node) => Uint8Array.from(node));
          const node = damaged[random.below(damaged.length)]!;
          node[random.below(node.length)]! ^= 1 << random.below(8);
          expect(verify(root, damaged, key, value)).toBe(0);
        }
      }
    }
  });
});

describe.each(Object.entries(HASHERS))('a forged proof, with %s', (hasher, hash) => {
  const KEY = Uint8Array.of(0x5a, 0xbc);
  const OTHER_CHILD = new Uint8Array(32).fill(7);
  /** A leaf under the key's first nibble, with the other three in it. */
  const leaf = (value: Uint8Array) => Uint8Array.of(0x43, 0x0a, 0xbc, ...vector(value));
  const branch = (child: Uint8Array) =>
    Buffer.concat([Uint8Array.of(0x80, (1 << 5) | 1, 0), vector(OTHER_CHILD), vector(child)]);

  /** Verifies with the root of a trie that holds the whole leaf in its branch, whatever its size. */
  function verify(valueLength: number, child = leaf(new Uint8Array(0))): number {
    const guest = new Guest();
    const value = new Uint8Array(valueLength).fill(9);
    return guest.call(
      `ext_trie_${hasher}_256_verify_proof_version_2`,
      guest.put(hash(branch(leaf(value)))),
      guest.fat(list([vector(branch(child))])),
      guest.fat(KEY),
      guest.fat(value),
      0,
    ) as number;
  }

  // trie-db 0.32.0, src/proof/verify.rs: an inline node may be as long as a hash, and no longer.
  test.each([
    [27, 31, 1],
    [28, 32, 1],
    [29, 33, 0],
    [60, 64, 0],
  ])('a value of %i bytes makes an inline node of %i: %i', (valueLength, nodeLength, holds) => {
    expect(leaf(new Uint8Array(valueLength))).toHaveLength(nodeLength);
    expect(verify(valueLength)).toBe(holds);
  });

  test('a partial key with something in its padding is refused', () => {
    const value = new Uint8Array(4);
    const padded = (byte: number, held: Uint8Array) => Uint8Array.of(0x43, byte, 0xbc, ...vector(held));
    const holds = (byte: number): unknown => {
      const guest = new Guest();
      const proof = guest.fat(list([vector(branch(padded(byte, new Uint8Array())))]));
      const root = guest.put(hash(branch(padded(byte, value))));
      const name = `ext_trie_${hasher}_256_verify_proof_version_2`;
      return guest.call(name, root, proof, guest.fat(KEY), guest.fat(value), 0);
    };
    expect([holds(0x0a), holds(0x1a), holds(0xfa)]).toEqual([1, 0, 0]);
  });

  test('a branch that holds the value which is to be proved is refused', () => {
    const value = Uint8Array.of(1, 2, 3);
    const whole = Buffer.concat([Uint8Array.of(0xc0, 1, 0), vector(value), vector(OTHER_CHILD)]);
    const holds = (node: Uint8Array): unknown => {
      const guest = new Guest();
      const name = `ext_trie_${hasher}_256_verify_proof_version_2`;
      const proof = guest.fat(list([vector(node)]));
      return guest.call(
        name,
        guest.put(hash(whole)),
        proof,
        guest.fat(new Uint8Array()),
        guest.fat(value),
        0,
      );
    };
    expect(holds(Buffer.concat([Uint8Array.of(0x80, 1, 0), vector(OTHER_CHILD)]))).toBe(1);
    expect(holds(whole)).toBe(0);
    const empty = Buffer.concat([Uint8Array.of(0xc0, 1, 0), vector(new Uint8Array()), vector(OTHER_CHILD)]);
    expect(holds(empty)).toBe(0);
  });

  // A child of 32 bytes is a hash to trie-db, and one on the key's way must not be listed.
  test.each([
    [57, 31, 1],
    [59, 32, 0],
  ])('a listed inline node with %i nibbles has %i bytes: %i', (nibbles, nodeLength, holds) => {
    const partial = new Uint8Array((nibbles + 1) / 2).fill(0x11);
    partial[0] = 0x01;
    const node = Uint8Array.of(0x40 | nibbles, ...partial, 0);
    expect(node).toHaveLength(nodeLength);
    const proof = branch(node);
    const guest = new Guest();
    const key = Uint8Array.of(0x51, ...partial.subarray(1));
    const name = `ext_trie_${hasher}_256_verify_proof_version_2`;
    const root = guest.put(hash(proof));
    expect(
      guest.call(
        name,
        root,
        guest.fat(list([vector(proof)])),
        guest.fat(key),
        guest.fat(new Uint8Array()),
        0,
      ),
    ).toBe(holds);
  });
});

describe('input that is no trie', () => {
  const name = 'ext_trie_blake2_256_root_version_2';

  test.each([
    ['nothing at all', ''],
    ['fewer entries than announced', '0800'],
    ['a number in a longer form than needed', '0100'],
    ['a number above 32 bits', '0700000000010000'],
    ['a value that is cut off', '04000c0102'],
    ['an absurd count', 'feffffff'],
  ])('%s traps', (_, input) => {
    const guest = new Guest();
    expect(guest.trap(name, guest.fat(Buffer.from(input, 'hex')), 0)).toBe('BAD_SCALE');
  });

  test('bytes after the list do not matter', () => {
    const guest = new Guest();
    const empty = guest.bytes(name, 32, guest.fat(Buffer.from('00', 'hex')), 0);
    expect(guest.bytes(name, 32, guest.fat(Buffer.from('00ffff', 'hex')), 0)).toBe(empty);
  });

  test('a chain as deep as its keys are long', () => {
    const guest = new Guest();
    const pairs = Array.from({ length: 1500 }, (_, i) =>
      Buffer.concat([vector(new Uint8Array(i)), vector(new Uint8Array(1))]),
    );
    expect(guest.bytes(name, 32, guest.fat(list(pairs)), 0)).toHaveLength(64);
  });

  test('only state versions 0 to 2 are known, modulo 256', () => {
    const guest = new Guest();
    const input = guest.fat(Buffer.from('00', 'hex'));
    for (const version of [0, 1, 2, 256, 258]) expect(guest.call(name, input, version)).not.toBe(0);
    expect(guest.trap(name, input, 3)).toBe('BAD_ENUM');
    expect(guest.trap(name, input, -1)).toBe('BAD_ENUM');
  });
});
