import { describe, expect, test } from 'vitest';
import {
  createHostFunctions,
  HostFunctionError,
  type HostFunctions,
} from '../../src/host-functions/index.ts';
import { Random } from '../host-functions/guest.ts';

const PAGE = 65_536;
const UNIT = 8;

function create(heapBase: number, pages: number, maxPages: number): Allocator {
  return new Allocator(heapBase, pages, maxPages);
}

class Allocator {
  readonly memory: WebAssembly.Memory;
  readonly functions: HostFunctions;

  constructor(heapBase: number, pages: number, maxPages: number) {
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: maxPages });
    this.functions = createHostFunctions({
      memory: this.memory,
      maxPages,
      eccEnabled: false,
      loggingMaxLevel: 1,
    });
    this.functions.setHeapBase(heapBase);
  }

  free(pointer: number): void {
    (this.functions.imports.ext_allocator_free_version_1 as (pointer: number) => void)(pointer);
  }

  code(operation: () => void): string | undefined {
    try {
      operation();
      return undefined;
    } catch (error) {
      if (error instanceof HostFunctionError) return error.code;
      return this.functions.failure()?.code;
    }
  }
}

describe('a million random steps', () => {
  test('blocks never overlap and never leave the memory', () => {
    const heapBase = 100_003;
    const allocator = create(heapBase, 3, 2080);
    const random = new Random(2024);
    const live: { pointer: number; size: number }[] = [];
    // One byte per unit of 8: 1 while a live block, header included, covers it.
    let taken = new Uint8Array((2080 * PAGE) / UNIT);
    let allocated = 0;

    const mark = (pointer: number, size: number, from: number, to: number): void => {
      const start = (pointer - 8) / UNIT;
      const end = Math.ceil((pointer + size) / UNIT);
      const wrong = taken.subarray(start, end).findIndex((unit) => unit !== from);
      if (wrong !== -1)
        throw new Error(`block at ${pointer} of ${size} bytes overlaps at unit ${start + wrong}`);
      taken.fill(to, start, end);
    };

    for (let step = 0; step < 1_000_000; step++) {
      const grow = live.length === 0 || (live.length < 3000 && random.below(100) < 52);
      if (grow) {
        const size = random.below(2 ** (3 + random.below(11)) + 1);
        const pointer = allocator.functions.allocate(size);
        if (pointer % 8 !== 0) throw new Error(`pointer ${pointer} is not aligned`);
        if (pointer - 8 < heapBase || pointer + size > allocator.memory.buffer.byteLength) {
          throw new Error(`block at ${pointer} of ${size} bytes leaves the memory`);
        }
        mark(pointer, size, 0, 1);
        live.push({ pointer, size });
        allocated++;
      } else {
        const index = random.below(live.length);
        const { pointer, size } = live[index]!;
        live[index] = live.at(-1)!;
        live.pop();
        mark(pointer, size, 1, 0);
        allocator.free(pointer);
      }
    }
    expect(allocated).toBeGreaterThan(400_000);
    for (const { pointer, size } of live) mark(pointer, size, 1, 0);
    for (const { pointer } of live) allocator.free(pointer);
    expect(taken.includes(1)).toBe(false);
    expect(allocator.functions.allocatorStats().bytesAllocated).toBe(0);
    taken = new Uint8Array(0);
  });
});

describe('limits', () => {
  test('the last block that fits is handed out, the next one is refused and poisons', () => {
    const allocator = create(0, 1, 1);
    expect(allocator.functions.allocate(32_768)).toBe(8);
    expect(allocator.functions.allocate(16_384)).toBe(32_784);
    expect(allocator.code(() => allocator.functions.allocate(16_384))).toBe('OUT_OF_SPACE');
    expect(allocator.code(() => allocator.free(8))).toBe('ALLOCATOR_POISONED');
  });

  test('more than 32 MiB is refused, 32 MiB is not', () => {
    expect(create(0, 1, 2080).functions.allocate(2 ** 25)).toBe(8);
    const allocator = create(0, 1, 2080);
    expect(allocator.code(() => allocator.functions.allocate(2 ** 25 + 1))).toBe('ALLOCATION_TOO_LARGE');
  });

  test('memory doubles, but not above the maximum', () => {
    const allocator = create(0, 4, 7);
    allocator.functions.allocate(4 * PAGE);
    expect(allocator.memory.buffer.byteLength / PAGE).toBe(7);
  });

  test('memory that could grow above the maximum does not', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 10 });
    const functions = createHostFunctions({ memory, maxPages: 4, eccEnabled: false, loggingMaxLevel: 1 });
    functions.setHeapBase(0);
    // Header and block take exactly four pages, then a byte more than four.
    functions.allocate(2 * PAGE);
    functions.allocate(PAGE);
    expect(memory.buffer.byteLength / PAGE).toBe(4);
    expect(() => functions.allocate(PAGE)).toThrow(HostFunctionError);
    expect(functions.failure()!.code).toBe('OUT_OF_SPACE');
    expect(memory.buffer.byteLength / PAGE).toBe(4);
  });

  test('a block is not free twice, even if the link in its header could be an order', () => {
    const allocator = create(8, 1, 1);
    const [first, second] = [allocator.functions.allocate(8), allocator.functions.allocate(8)];
    // So much is in use that a block of order 8 could be given back.
    allocator.functions.allocate(4096);
    allocator.free(first);
    allocator.free(second);
    // The header of the second holds the address of the first: 8.
    expect(allocator.code(() => allocator.free(second))).toBe('FREE_OF_FREE');
  });

  test('a memory that the engine does not grow is out of space', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 });
    const functions = createHostFunctions({ memory, maxPages: 100, eccEnabled: false, loggingMaxLevel: 1 });
    functions.setHeapBase(0);
    expect(() => functions.allocate(3 * PAGE)).toThrow(HostFunctionError);
    expect(functions.failure()!.code).toBe('OUT_OF_SPACE');
  });

  test('before the heap base is known nothing is handed out', () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const functions = createHostFunctions({ memory, maxPages: 1, eccEnabled: false, loggingMaxLevel: 1 });
    expect(() => functions.allocate(1)).toThrow(expect.objectContaining({ code: 'NOT_READY' }));
  });

  test('two guests do not see each other’s heap', () => {
    const a = create(0, 1, 1);
    const b = create(0, 1, 1);
    expect(a.functions.allocate(8)).toBe(8);
    expect(b.functions.allocate(8)).toBe(8);
    expect(a.code(() => a.functions.allocate(2 ** 26))).toBe('ALLOCATION_TOO_LARGE');
    expect(b.functions.allocate(8)).toBe(24);
  });
});
