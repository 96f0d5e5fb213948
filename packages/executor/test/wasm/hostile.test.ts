import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PROPERTY } from '../../../test-kit/setup/property.ts';
import { inspectModule, RewriteError, rewriteModule } from '../../src/wasm/index.ts';
import { END, HEADER, I32, section, u32 } from './support/binary.ts';
import { generateModule } from './support/generator.ts';
import { Random } from './support/random.ts';
import { compile, LIMIT, toEngine, toReference } from './support/run.ts';

/** Big modules are put together from buffers: a spread of a million bytes overflows the call stack. */
const join = (...parts: (Uint8Array | readonly number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array)));
const big = (id: number, ...parts: (Uint8Array | readonly number[])[]): Buffer => {
  const contents = join(...parts);
  return join([id], u32(contents.length), contents);
};
const many = (items: readonly (readonly number[])[]): Buffer => Buffer.from(items.flat());
const repeat = (bytes: readonly number[], times: number): Buffer =>
  Buffer.alloc(bytes.length * times, Buffer.from(bytes));
const bigBody = (locals: readonly number[], ...code: (Uint8Array | readonly number[])[]): Buffer => {
  const contents = join(locals, ...code, [END]);
  return join(u32(contents.length), contents);
};
const ONE_FUNCTION = [...section(1, [1, 0x60, 0, 0]), ...section(3, [1, 0])];
const oneFunction = (...code: (Uint8Array | readonly number[])[]): Buffer =>
  join(HEADER, ONE_FUNCTION, big(10, [1], bigBody([0], ...code)));

/** Both targets end, with the same kind of answer unless only the engine has the limit. */
function outcome(code: Uint8Array, target: 'reference' | 'engine'): 'accepted' | string {
  try {
    rewriteModule(code, { stackLogicalMax: LIMIT, target });
    return 'accepted';
  } catch (error) {
    if (error instanceof RewriteError) return error.code;
    throw error;
  }
}

describe('large but valid', () => {
  test.each<[string, () => Buffer]>([
    ['a function body of 200 kB', () => oneFunction(repeat([0x41, 1, 0x1a], 70_000))],
    [
      '50,000 locals in as many groups',
      () => join(HEADER, ONE_FUNCTION, big(10, [1], bigBody([...u32(50_000)], repeat([1, I32], 50_000)))),
    ],
    ['blocks nested 100,000 deep', () => oneFunction(repeat([0x02, 0x40], 100_000), repeat([END], 100_000))],
    ['loops nested 100,000 deep', () => oneFunction(repeat([0x03, 0x40], 100_000), repeat([END], 100_000))],
    [
      'ifs nested 100,000 deep',
      () => oneFunction(repeat([0x41, 0, 0x04, 0x40], 100_000), repeat([END], 100_000)),
    ],
    ['operands stacked 100,000 high', () => oneFunction(repeat([0x41, 0], 100_000), repeat([0x1a], 100_000))],
    ['a million types', () => join(HEADER, big(1, u32(1_000_000), repeat([0x60, 0, 0], 1_000_000)))],
    [
      'a million empty functions',
      () =>
        join(
          HEADER,
          section(1, [1, 0x60, 0, 0]),
          big(3, u32(1_000_000), repeat([0], 1_000_000)),
          big(10, u32(1_000_000), repeat([2, 0, END], 1_000_000)),
        ),
    ],
    [
      'a million exports of one function',
      () =>
        join(
          HEADER,
          ONE_FUNCTION,
          big(
            7,
            u32(1_000_000),
            many(Array.from({ length: 1_000_000 }, (_, i) => [3, i & 0x7f, (i >> 7) & 0x7f, i >> 14, 0, 0])),
          ),
          section(10, [1, 2, 0, END]),
        ),
    ],
    ['a million calls', () => oneFunction(repeat([0x10, 0], 1_000_000))],
    ['a million custom sections', () => join(HEADER, repeat([0, 1, 0], 1_000_000))],
    [
      'numbers padded to 5 bytes everywhere',
      () =>
        join(
          HEADER,
          ONE_FUNCTION,
          big(
            10,
            [1],
            bigBody(
              [1, 1, I32],
              repeat([0x41, 0x80, 0x80, 0x80, 0x80, 0x00, 0x21, 0x80, 0x80, 0x80, 0x80, 0x00], 100_000),
            ),
          ),
        ),
    ],
    ['a branch table of 60,000', () => oneFunction([0x41, 0, 0x0e, ...u32(60_000)], Buffer.alloc(60_001))],
  ])('%s', (name, make) => {
    const code = make();
    expect(outcome(code, 'reference')).toBe('accepted');
    // Types of imports and exports must be fewer than a million in all, as wasmparser counts them.
    expect(outcome(code, 'engine')).toBe(name.startsWith('a million exports') ? 'PREPARATION' : 'accepted');
  });

  test('what the engine target accepts, V8 compiles', () => {
    compile(toEngine(oneFunction(repeat([0x02, 0x40], 100_000), repeat([END], 100_000))));
    compile(toEngine(oneFunction(repeat([0x41, 1, 0x1a], 70_000))));
  });

  test('many types with the same parameters are told apart in time', () => {
    // Types differ in the last of 40 parameters only, and every one is behind an exported thunk.
    const types = Array.from({ length: 20_000 }, (_, i) => [
      0x60,
      40,
      ...Array(39).fill(I32),
      i % 2 ? 0x7e : I32,
      0,
    ]);
    const functions = Array.from({ length: 20_000 }, (_, i) => u32(i));
    const code = join(
      HEADER,
      big(1, u32(20_000), many(types)),
      big(3, u32(20_000), many(functions)),
      section(4, [1, 0x70, 0, 1]),
      big(9, [1, 0, 0x41, 0, END], u32(20_000), many(functions)),
      big(10, u32(20_000), repeat([2, 0, END], 20_000)),
    );
    expect(toReference(code).length).toBeGreaterThan(20_000 * 100);
  });
});

describe('claims without data', () => {
  const HUGE = [0xff, 0xff, 0xff, 0xff, 0x0f];
  test.each([1, 2, 3, 4, 5, 6, 7, 9, 10, 11])('section %i with 4,294,967,295 entries', (id) => {
    expect(outcome(join(HEADER, section(id, HUGE)), 'engine')).toBe('PREVALIDATION');
  });
  test.each<[string, Uint8Array]>([
    ['section size', join(HEADER, [1, ...HUGE])],
    ['body size', join(HEADER, ONE_FUNCTION, section(10, [1, ...HUGE]))],
    ['name length', join(HEADER, section(0, HUGE))],
    ['parameters', join(HEADER, section(1, [1, 0x60, ...HUGE]))],
    ['local groups', join(HEADER, ONE_FUNCTION, section(10, [1, 6, ...HUGE, END]))],
    ['branch targets', oneFunction([0x41, 0, 0x0e, ...HUGE])],
    ['table members', join(HEADER, section(9, [1, 0, 0x41, 0, END, ...HUGE]))],
    ['data bytes', join(HEADER, section(11, [1, 0, 0x41, 0, END, ...HUGE]))],
  ])('%s', (_, code) => {
    expect(outcome(code, 'reference')).toBe('PREVALIDATION');
    expect(outcome(code, 'engine')).toBe('PREVALIDATION');
  });

  test('thunks for types with many parameters do not fill the memory', () => {
    const functions = 100_000;
    const code = join(
      HEADER,
      big(1, [1, 0x60], u32(1000), repeat([I32], 1000), [0]),
      big(3, u32(functions), repeat([0], functions)),
      section(4, [1, 0x70, 0, 1]),
      big(9, [1, 0, 0x41, 0, END], u32(functions), many(Array.from({ length: functions }, (_, i) => u32(i)))),
      big(10, u32(functions), repeat([2, 0, END], functions)),
    );
    expect(outcome(code, 'reference')).toBe('PREPARATION');
    // The engine's metering needs no thunks.
    expect(toEngine(code).length).toBeLessThan(code.length * 3);
  });
});

describe('mutated modules', () => {
  const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
  const mutate = (code: Uint8Array, random: Random): Uint8Array => {
    const bytes = [...code];
    for (let i = 1 + random.below(4); i > 0; i--) {
      const at = random.below(bytes.length);
      const kind = random.below(3);
      if (kind === 0) bytes[at] = random.below(256);
      else if (kind === 1) bytes.splice(at, 1 + random.below(3));
      else bytes.splice(at, 0, random.below(256));
    }
    return new Uint8Array(bytes);
  };

  test('end in a RewriteError or in success, and the engine target refuses no less', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const code = mutate(generateModule(random, { floats: true, canonical: false }).code, random);
        const reference = outcome(code, 'reference');
        const engine = outcome(code, 'engine');
        if (reference !== 'accepted') expect(engine).toBe(reference);
        else expect(['accepted', 'PREPARATION']).toContain(engine);
      }),
      { ...PROPERTY, numRuns: 2000 },
    );
  });

  test('V8 decides the same about both targets, unless a check of ours comes first', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const code = mutate(generateModule(random, { floats: true, canonical: false }).code, random);
        if (outcome(code, 'engine') !== 'accepted') return;
        expect(WebAssembly.validate(toEngine(code) as BufferSource)).toBe(
          WebAssembly.validate(toReference(code) as BufferSource),
        );
      }),
      { ...PROPERTY, numRuns: 2000 },
    );
  });

  test('can be inspected', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const code = mutate(generateModule(random, { floats: true, canonical: false }).code, random);
        const report = inspectModule(code);
        expect(report.rejection?.code ?? 'accepted').toBe(outcome(code, 'engine'));
        expect(() => JSON.stringify(report)).not.toThrow();
      }),
      { ...PROPERTY, numRuns: 1000 },
    );
  });
});
