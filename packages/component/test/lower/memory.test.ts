import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROPERTY } from '../../../test-kit/setup/property.ts';
import { instantiateAdapter, LAYOUT } from '../support/adapter.ts';
import { nativeMemory } from '../support/native.ts';

const PAGE = 65_536;
const bytes = readFileSync(new URL('../../dist/adapter.wasm', import.meta.url));
const PATTERN = Uint8Array.from({ length: PAGE }, (_, index) => (index * 31 + (index >> 8)) & 0xff);

/** Addresses near the ends of the guest's page, of 2^31 and 2^32, and anywhere; lengths likewise. */
const number = fc.oneof(
  fc.nat(PAGE + 64),
  fc.integer({ min: PAGE - 40, max: PAGE + 8 }),
  fc.constantFrom(0, 1, 7, 8, 9, 31, 32, 33, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xffff_0000),
  fc.integer({ min: 0, max: 0xffff_ffff }),
);

/** Runs both, compares what they did to the page and whether they trapped. */
function same(operation: 'copy' | 'fill', first: number, second: number, length: number): boolean {
  const native = nativeMemory();
  const adapter = instantiateAdapter(bytes);
  const pages = [native.memory as WebAssembly.Memory, adapter.memory].map(({ buffer }) => {
    const page = new Uint8Array(buffer, 0, PAGE);
    page.set(PATTERN);
    return page;
  });
  const traps = [native[operation] as CallableFunction, adapter.exports[`memory_${operation}`]!].map(
    (run) => {
      try {
        run(first | 0, second | 0, length | 0);
        return false;
      } catch (error) {
        if (error instanceof WebAssembly.RuntimeError) return true;
        throw error;
      }
    },
  );
  return traps[0] === traps[1] && Buffer.compare(pages[0]!, pages[1]!) === 0;
}

describe('bulk memory is that of the proposal, within the guest’s own memory', () => {
  it('memory.copy', () => {
    fc.assert(
      fc.property(number, number, number, (to, from, length) => same('copy', to, from, length)),
      { ...PROPERTY, numRuns: 500 },
    );
  });

  it('memory.copy of overlapping ranges, both ways, every small distance', () => {
    for (let distance = -40; distance <= 40; distance++) {
      for (const length of [0, 1, 7, 8, 9, 31, 32, 33, 64, 100]) {
        expect(same('copy', 1_000 + distance, 1_000, length)).toBe(true);
      }
    }
  });

  it('memory.fill', () => {
    fc.assert(
      fc.property(number, fc.integer({ min: 0, max: 0xffff_ffff }), number, (to, value, length) =>
        same('fill', to, value, length),
      ),
      { ...PROPERTY, numRuns: 500 },
    );
  });

  it('memory.grow gives up to the guest’s maximum and never more; memory.size says what it has', () => {
    const { exports } = instantiateAdapter(bytes);
    const { memory_grow: grow, memory_size: size } = exports as Record<string, (pages?: number) => number>;
    expect(size!()).toBe(LAYOUT.initial);
    expect(grow!(LAYOUT.maximum)).toBe(-1);
    expect(grow!(-1)).toBe(-1);
    expect(grow!(0)).toBe(1);
    expect(grow!(14)).toBe(1);
    expect(size!()).toBe(15);
    expect(grow!(2)).toBe(-1);
    expect(grow!(1)).toBe(15);
    expect(grow!(1)).toBe(-1);
    expect(size!()).toBe(LAYOUT.maximum);
  });
});
