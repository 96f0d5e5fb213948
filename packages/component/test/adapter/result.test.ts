import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROPERTY } from '../../../test-kit/setup/property.ts';
import { instantiateAdapter, LAYOUT } from '../support/adapter.ts';
import { Guest } from '../support/guest.ts';
import { encodeResult, parameters, type Result } from '../support/scale.ts';

const bytes = readFileSync(new URL('../../dist/adapter.wasm', import.meta.url));
const PAGE = 65_536;

/** Runs a guest; undefined if it traps. `lines` gets what is logged. */
function run(
  answer: (guest: Guest) => number,
  more: { lines?: string[]; postReturn?: (at: number) => void; initialPages?: number } = {},
) {
  const guest = new Guest();
  const adapter = instantiateAdapter(bytes, {
    ...(more.initialPages !== undefined && { initialPages: more.initialPages }),
    realloc: guest.realloc,
    validate: () => answer(guest),
    postReturn: more.postReturn ?? (() => {}),
    env: {
      ext_logging_log_version_1: ((level: number, _target: bigint, text: bigint) => {
        const start = Number(text & 0xffff_ffffn);
        const line = new Uint8Array(adapter.memory.buffer, start, Number(text >> 32n));
        more.lines?.push(`${level} ${Buffer.from(line).toString()}`);
      }) as never,
    },
  });
  guest.memory = adapter.memory;
  try {
    return adapter.run(parameters(new Uint8Array(), new Uint8Array()));
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return undefined;
    throw error;
  }
}

const part = fc.uint8Array({ maxLength: 100, size: 'max' });
const u32 = fc.oneof(
  fc.constantFrom(0, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1),
  fc.integer({ min: 0, max: 0xffff_ffff }),
);
const results: fc.Arbitrary<Result> = fc.record({
  head: part,
  upward: fc.array(part, { maxLength: 70, size: 'max' }),
  horizontal: fc.array(fc.tuple(u32, part), { maxLength: 70, size: 'max' }),
  downward: u32,
  watermark: u32,
});

describe('the result of validate-block', () => {
  it('is written as the relay chain reads it', () => {
    fc.assert(
      fc.property(results, fc.option(part, { nil: undefined }), (result, code) => {
        const whole = code === undefined ? result : { ...result, code };
        expect(Buffer.from(run((guest) => guest.ok(whole))!).toString('hex')).toBe(
          Buffer.from(encodeResult(whole)).toString('hex'),
        );
      }),
      { ...PROPERTY, numRuns: 200 },
    );
  });

  it('is written for heads of every length class of SCALE', () => {
    for (const length of [0, 63, 64, 16_383, 16_384, 20_000]) {
      const head = new Uint8Array(length).fill(7);
      expect(run((guest) => guest.ok({ head }))).toEqual(Uint8Array.from(encodeResult({ head })));
    }
  });

  it('is handed back to the guest once it is read', () => {
    const returned: number[] = [];
    let at = 0;
    run((guest) => (at = guest.ok({ head: Uint8Array.of(1) })), {
      postReturn: (pointer) => returned.push(pointer),
    });
    expect(returned).toEqual([at]);
  });

  it('may be an error, which is logged before the trap', () => {
    const lines: string[] = [];
    expect(run((guest) => guest.error('wrong state'), { lines })).toBeUndefined();
    expect(lines).toEqual(['0 wrong state']);
  });

  /** Words of a good record (12 of them, the discriminant first), changed at one place. */
  const changed = (word: number, value: number) =>
    run((guest) => {
      const at = guest.ok({ head: Uint8Array.of(1), code: Uint8Array.of(2), upward: [Uint8Array.of(3)] });
      guest.view.setUint32(at + word * 4, value, true);
      return at;
    });

  it('traps for pointers, lengths and counts out of the guest’s memory, overflowing ones included', () => {
    for (const word of [1, 4, 6, 8]) {
      for (const pointer of [PAGE + 1, LAYOUT.heap, 0x8000_0000, 0xffff_ffff]) {
        expect([word, pointer, changed(word, pointer)]).toEqual([word, pointer, undefined]);
      }
    }
    for (const word of [2, 5, 7, 9]) {
      for (const length of [PAGE, 0x2000_0000, 0x8000_0000, 0xffff_fffe, 0xffff_ffff]) {
        expect([word, length, changed(word, length)]).toEqual([word, length, undefined]);
      }
    }
  });

  it('traps for lists of records that are not aligned', () => {
    for (const word of [6, 8])
      for (const pointer of [1, 2, 3, 1_025]) expect(changed(word, pointer)).toBeUndefined();
  });

  it('traps for discriminants that are none', () => {
    for (const word of [0, 3])
      for (const value of [2, 3, 128, 255]) expect(changed(word, value)).toBeUndefined();
    // Only the first byte is a discriminant; padding may be anything.
    expect(changed(3, 0xffff_ff01)).toBeDefined();
  });

  it('traps for an answer at a place where none can be', () => {
    for (const place of [1, 2, 1_026, PAGE - 44, PAGE, LAYOUT.texts, 0xffff_fffc]) {
      expect(run(() => place)).toBeUndefined();
    }
  });

  it('takes 16,384 messages of each kind and traps for one more', () => {
    const many = (count: number, kind: 'upward' | 'horizontal') => {
      const answer = (guest: Guest) => {
        // Records of zeros: the empty message at address 0, to the parachain 0.
        const list = guest.realloc(0, 0, 4, count * (kind === 'upward' ? 8 : 12));
        const at = guest.ok({ head: Uint8Array.of(1) });
        guest.view.setUint32(at + (kind === 'upward' ? 24 : 32), list, true);
        guest.view.setUint32(at + (kind === 'upward' ? 28 : 36), count, true);
        return at;
      };
      return run(answer, { initialPages: LAYOUT.maximum });
    };
    const empty = Array.from({ length: 16_384 }, () => new Uint8Array());
    const head = Uint8Array.of(1);
    const horizontal = empty.map((data) => [0, data] as const);
    expect(Buffer.compare(many(16_384, 'upward')!, encodeResult({ head, upward: empty }))).toBe(0);
    expect(Buffer.compare(many(16_384, 'horizontal')!, encodeResult({ head, horizontal }))).toBe(0);
    expect(many(16_385, 'upward')).toBeUndefined();
    expect(many(16_385, 'horizontal')).toBeUndefined();
  });

  it('traps if the guest’s allocator changes a list after it was measured', () => {
    const guest = new Guest();
    let at = 0;
    const adapter = instantiateAdapter(bytes, {
      realloc: (old, oldSize, align, size) => {
        if (at !== 0) guest.view.setUint32(at + 8, 5_000, true);
        return guest.realloc(old, oldSize, align, size);
      },
      validate: () => (at = guest.ok({ head: Uint8Array.of(1) })),
      postReturn: () => {},
    });
    guest.memory = adapter.memory;
    expect(() => adapter.run(parameters(new Uint8Array(), new Uint8Array()))).toThrow(
      WebAssembly.RuntimeError,
    );
  });

  it('traps for memory that the guest’s allocator cannot give', () => {
    for (const place of [PAGE, LAYOUT.heap, 0xffff_ffff]) {
      const adapter = instantiateAdapter(bytes, { realloc: () => place, validate: () => 0 });
      expect(() => adapter.run(parameters(Uint8Array.of(1), new Uint8Array()))).toThrow(
        WebAssembly.RuntimeError,
      );
    }
  });
});
