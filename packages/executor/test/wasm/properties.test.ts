import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PROPERTY } from '../../../test-kit/setup/property.ts';
import { execute } from './support/execution.ts';
import { generateModule } from './support/generator.ts';
import { Random } from './support/random.ts';
import { compile, toEngine, toReference } from './support/run.ts';

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const RUNS = 400;

describe('a random valid module behaves the same before and after rewriting', () => {
  test('reference target, integer code', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const guest = generateModule(new Random(seed), { floats: false, canonical: false });
        expect(execute(toReference(guest.code), guest, seed)).toEqual(execute(guest.code, guest, seed));
      }),
      { ...PROPERTY, numRuns: RUNS },
    );
  });

  test('engine target, integer code', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const guest = generateModule(new Random(seed), { floats: false, canonical: false });
        expect(execute(toEngine(guest.code), guest, seed)).toEqual(execute(guest.code, guest, seed));
      }),
      { ...PROPERTY, numRuns: RUNS },
    );
  });

  test('engine target, floating point: as if the module itself canonicalised every NaN', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const guest = generateModule(new Random(seed), { floats: true, canonical: false });
        const explicit = generateModule(new Random(seed), { floats: true, canonical: true });
        expect(execute(toEngine(guest.code), guest, seed)).toEqual(execute(explicit.code, guest, seed));
      }),
      { ...PROPERTY, numRuns: RUNS },
    );
  });
});

test('the stack limit is hit at the same moment in the reference’s code and in the engine’s', () => {
  let trapped = 0;
  fc.assert(
    fc.property(seeds, fc.integer({ min: 0, max: 250 }), (seed, limit) => {
      const guest = generateModule(new Random(seed), { floats: false, canonical: false });
      // A trap ends a PVF; what an instance does after one is of no interest and may differ.
      const reference = untilTrap(execute(toReference(guest.code, limit), guest, seed));
      expect(untilTrap(execute(toEngine(guest.code, limit), guest, seed))).toEqual(reference);
      const unlimited = untilTrap(execute(guest.code, guest, seed));
      if (JSON.stringify(unlimited) !== JSON.stringify(reference)) trapped++;
    }),
    { ...PROPERTY, numRuns: 1500 },
  );
  expect(trapped).toBeGreaterThan(300);
});

function untilTrap(trace: string[]): string[] {
  const end = trace.findIndex((line) => line.includes('trap'));
  return end < 0 ? trace : trace.slice(0, end + 1);
}

test('rewriting is a function of the module: same input, same output', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { code } = generateModule(new Random(seed), { floats: true, canonical: false });
      expect(toEngine(code)).toEqual(toEngine(Uint8Array.from(code)));
      expect(toReference(code)).toEqual(toReference(code));
    }),
    { ...PROPERTY, numRuns: 50 },
  );
});

test('the input is left as it was', () => {
  const { code } = generateModule(new Random(7), { floats: true, canonical: false });
  const copy = Uint8Array.from(code);
  toEngine(code);
  expect(code).toEqual(copy);
});

test('generated modules are not trivial', () => {
  const traces = Array.from({ length: 60 }, (_, seed) => {
    const guest = generateModule(new Random(seed), { floats: true, canonical: false });
    compile(guest.code);
    return execute(guest.code, guest, seed);
  });
  const lines = traces.flat();
  expect(lines.filter((line) => line.startsWith('log ') || line.startsWith('mix ')).length).toBeGreaterThan(
    50,
  );
  expect(lines.some((line) => line.includes('trap'))).toBe(true);
  expect(lines.filter((line) => /^f\d+ (?!trap)/.test(line)).length).toBeGreaterThan(50);
});
