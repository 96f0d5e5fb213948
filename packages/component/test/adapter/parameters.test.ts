import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROPERTY } from '../../../test-kit/setup/property.ts';
import { instantiateAdapter } from '../support/adapter.ts';
import { Guest } from '../support/guest.ts';
import { bytesOf, compact, parameters } from '../support/scale.ts';

const bytes = readFileSync(new URL('../../dist/adapter.wasm', import.meta.url));

interface Seen {
  readonly head: Uint8Array;
  readonly block: Uint8Array;
  readonly relayParent: number;
  readonly root: Uint8Array;
}

/** What the guest is called with for these parameters, or undefined if the adapter traps before. */
function decode(encoded: Uint8Array): Seen | undefined {
  const guest = new Guest();
  let seen: Seen | undefined;
  const adapter = instantiateAdapter(bytes, {
    realloc: guest.realloc,
    postReturn: () => {},
    validate: (head, headLength, block, blockLength, relayParent, root, rootLength) => {
      const at = (pointer = 0, length = 0) =>
        new Uint8Array(guest.memory!.buffer).slice(pointer, pointer + length);
      seen = {
        head: at(head, headLength),
        block: at(block, blockLength),
        relayParent: relayParent! >>> 0,
        root: at(root, rootLength),
      };
      return guest.ok({ head: Uint8Array.of(1) });
    },
  });
  guest.memory = adapter.memory;
  try {
    adapter.run(encoded);
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
  }
  return seen;
}

describe('the parameters of validate_block', () => {
  it('reach the guest as they are', () => {
    const part = fc.uint8Array({ maxLength: 300, size: 'max' });
    fc.assert(
      fc.property(part, part, fc.integer({ min: 0, max: 0xffff_ffff }), (head, block, relayParent) => {
        expect(decode(parameters(head, block, relayParent))).toEqual({
          head,
          block,
          relayParent,
          root: new Uint8Array(32).fill(0xaa),
        });
      }),
      { ...PROPERTY, numRuns: 200 },
    );
  });

  it('may have bytes behind them, as the relay chain’s own decoding allows', () => {
    const encoded = parameters(Uint8Array.of(1), Uint8Array.of(2));
    expect(decode(Buffer.concat([encoded, Buffer.from('more')]))).toEqual(decode(encoded));
  });

  it('trap wherever they end too early', () => {
    const encoded = parameters(new Uint8Array(70), new Uint8Array(3));
    for (let length = 0; length < encoded.length; length++) {
      expect(decode(encoded.subarray(0, length))).toBeUndefined();
    }
  });

  it('trap where a length is not written in its shortest form', () => {
    const rest = [...Buffer.alloc(100), ...compact(0), ...bytesOf(7, 4), ...Buffer.alloc(32)];
    const longer: readonly (readonly number[])[] = [
      bytesOf(63 * 4 + 1, 2),
      bytesOf(4 + 1, 2),
      bytesOf(63 * 4 + 2, 4),
      bytesOf(100 * 4 + 2, 4),
      [3, ...bytesOf(63, 4)],
      [3, ...bytesOf(2 ** 30 - 1, 4)],
      [7, ...bytesOf(100, 4), 0],
      [0xff, ...bytesOf(100, 4)],
    ];
    for (const length of longer) expect(decode(Uint8Array.of(...length, ...rest))).toBeUndefined();
    expect(decode(Uint8Array.of(...compact(100), ...rest))).toBeDefined();
  });

  it('trap where a length is larger than what follows, up to 2^32', () => {
    for (const length of [2 ** 14, 2 ** 30 - 1, 2 ** 30, 2 ** 31, 2 ** 32 - 1]) {
      expect(decode(Uint8Array.of(...compact(length), ...Buffer.alloc(200)))).toBeUndefined();
    }
  });
});
