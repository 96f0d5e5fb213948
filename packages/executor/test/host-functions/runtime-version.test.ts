import { zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { helperModules } from '../../src/host-functions/modules.ts';
import { RewriteError, rewriteUpTo } from '../../src/wasm/index.ts';
import { Guest, Random } from './guest.ts';
import { compact, vector } from './reference-trie.ts';

const NAME = 'ext_misc_runtime_version_version_1';

const u32 = (n: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(n);
  return bytes;
};

function leb(n: number): number[] {
  return n < 128 ? [n] : [(n & 127) | 128, ...leb(n >>> 7)];
}

const section = (id: number, contents: Uint8Array | number[]): Uint8Array =>
  Uint8Array.of(id, ...leb(contents.length), ...contents);

const custom = (name: string, contents: Uint8Array): Uint8Array =>
  section(0, [...leb(name.length), ...Buffer.from(name), ...contents]);

const moduleOf = (...sections: Uint8Array[]): Uint8Array =>
  Buffer.concat([Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0), ...sections]);

const CORE = Buffer.from('df6acb689907609b', 'hex');

function version(extra: Uint8Array = new Uint8Array(0), apis: Uint8Array = Uint8Array.of(0)): Uint8Array {
  const names = [vector(Buffer.from('spec')), vector(Buffer.from('impl'))];
  return Buffer.concat([...names, u32(1), u32(2), u32(3), apis, extra]);
}

const some = (bytes: Uint8Array) => Buffer.concat([Uint8Array.of(1), vector(bytes)]).toString('hex');
const NONE = '00';

describe('a runtime’s version', () => {
  const guest = new Guest();
  const read = (code: Uint8Array) => guest.fatBytes(NAME, guest.fat(code));

  test('the api list of its own section replaces the empty one, and tells which fields follow', () => {
    const apis = Buffer.concat([CORE, u32(4)]);
    const code = moduleOf(
      custom('runtime_version', version(Uint8Array.of(...u32(9), 1))),
      custom('runtime_apis', apis),
    );
    expect(read(code)).toBe(
      some(version(Uint8Array.of(...u32(9), 1), Uint8Array.of(...compact(1), ...apis))),
    );
  });

  test('without that section the version’s own list counts', () => {
    const own = Uint8Array.of(...compact(1), ...CORE, ...u32(3));
    const code = moduleOf(custom('runtime_version', version(u32(9), own)));
    expect(read(code)).toBe(some(version(Uint8Array.of(...u32(9), 0), own)));
  });

  test('an old one gets the values of its time', () => {
    const code = moduleOf(custom('runtime_version', version()));
    expect(read(code)).toBe(some(version(Uint8Array.of(...u32(1), 0))));
  });

  test('compressed code is looked into', () => {
    const code = moduleOf(custom('runtime_version', version()), custom('padding', new Uint8Array(30_000)));
    const prefix = Uint8Array.of(0x52, 0xbc, 0x53, 0x76, 0x46, 0xdb, 0x8e, 0x05);
    const blob = Buffer.concat([prefix, zstdCompressSync(code)]);
    expect(read(blob)).toBe(read(code));
    expect(read(blob.subarray(0, -5))).toBe(NONE);
    expect(read(prefix)).toBe(NONE);
  });

  test.each([
    ['no section', moduleOf()],
    ['no module', Buffer.from('text')],
    ['a module with an unknown section', moduleOf(custom('runtime_version', version()), section(13, []))],
    [
      'names that are not UTF-8',
      moduleOf(custom('runtime_version', Uint8Array.of(4, 0xff, 0, ...new Uint8Array(13)))),
    ],
    ['a version that is cut off', moduleOf(custom('runtime_version', version().subarray(0, -1)))],
    [
      'a clipped api',
      moduleOf(custom('runtime_version', version()), custom('runtime_apis', new Uint8Array(11))),
    ],
    [
      'a missing field',
      moduleOf(custom('runtime_version', version()), custom('runtime_apis', Buffer.concat([CORE, u32(3)]))),
    ],
  ])('%s: none', (_, code) => {
    expect(read(code)).toBe(NONE);
  });
});

describe('what counts as a module', () => {
  const { core } = helperModules();
  const { heapReset, heapAllocate, isModule } = core.exports as Record<
    string,
    (...args: unknown[]) => number
  >;

  const inHelper = (code: Uint8Array): boolean => {
    heapReset!();
    const address = heapAllocate!(BigInt(code.length + 8));
    new Uint8Array(core.memory.buffer).set(code, address);
    return isModule!(address, code.length) === 1;
  };

  const inRewriter = (code: Uint8Array): boolean => {
    try {
      rewriteUpTo(code, 'deserialize', 65_536);
      return true;
    } catch (error) {
      if (error instanceof RewriteError) return error.code !== 'PREVALIDATION';
      throw error;
    }
  };

  // Every section and every kind of instruction.
  const seed = moduleOf(
    section(1, [2, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 0, 0]),
    section(2, [1, 1, 0x65, 1, 0x66, 0, 1]),
    section(3, [1, 0]),
    section(4, [1, 0x70, 1, 2, 5]),
    section(5, [1, 0, 2]),
    section(6, [1, 0x7e, 1, 0x42, 0xc0, 0xbb, 0x78, 0x0b]),
    section(7, [2, 1, 0x61, 0, 1, 1, 0x62, 2, 0]),
    section(8, [0]),
    section(9, [1, 0, 0x41, 0, 0x0b, 2, 0, 1]),
    section(
      10,
      [
        1, 71, 2, 2, 0x7f, 1, 0x7c, 0x02, 0x40, 0x03, 0x7f, 0x41, 0x80, 0x7f, 0x0b, 0x04, 0x40, 0x05, 0x0b,
        0x0b, 0x41, 0, 0x0e, 2, 0, 0, 0, 0x20, 0, 0x21, 0, 0x28, 2, 0x80, 1, 0x36, 2, 0, 0x3f, 0, 0x40, 0,
        0x43, 0, 0, 0x80, 0x3f, 0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 1, 0x11, 0, 0, 0x6a, 0xbf, 0x1a, 0x1b,
        0x0c, 0, 0x0d, 0, 0x0f, 0x00, 0x01, 0x0b,
      ],
    ),
    section(11, [1, 0, 0x41, 0, 0x0b, 3, 1, 2, 3]),
    custom('note', Uint8Array.of(1, 2, 3)),
  );

  test('the seed is one', () => {
    expect(inRewriter(seed)).toBe(true);
    expect(inHelper(seed)).toBe(true);
  });

  test('agrees with the rewriter on every truncation and one-byte change', () => {
    for (let length = 0; length < seed.length; length++) {
      const cut = seed.subarray(0, length);
      expect(inHelper(cut), `cut at ${length}`).toBe(inRewriter(cut));
    }
    const values = [
      0, 1, 2, 4, 5, 0x0b, 0x1c, 0x3f, 0x40, 0x41, 0x7b, 0x7c, 0x7f, 0x80, 0xbf, 0xc0, 0xfc, 0xff,
    ];
    for (let at = 0; at < seed.length; at++) {
      for (const value of values) {
        const changed = Uint8Array.from(seed);
        changed[at] = value;
        expect(inHelper(changed), `byte ${at} = ${value}`).toBe(inRewriter(changed));
      }
    }
  });

  test('agrees with the rewriter on random edits', () => {
    const random = new Random(11);
    for (let i = 0; i < 20_000; i++) {
      const bytes = [...seed];
      for (let edits = 1 + random.below(3); edits > 0; edits--) {
        const at = random.below(bytes.length);
        if (random.below(3) === 0) bytes.splice(at, 1);
        else if (random.below(2) === 0) bytes.splice(at, 0, random.below(256));
        else bytes[at] = random.below(256);
      }
      const code = Uint8Array.from(bytes);
      expect(inHelper(code), Buffer.from(code).toString('hex')).toBe(inRewriter(code));
    }
  });
});
