import { describe, expect, test } from 'vitest';
import { createOverState, type HostFunctions, reserveState } from '../../src/host-functions/create.ts';
import type { HostFunctionErrorCode } from '../../src/host-functions/index.ts';
import { loadVectors } from './vectors.ts';

interface Failure {
  kind: string;
  message: string;
}

type Step =
  | { op: 'malloc'; size: number; ptr?: number; header?: string; error?: Failure; pages: number }
  | { op: 'free'; ptr: number; header: string; error?: Failure; pages: number }
  | { op: 'write'; addr: number; hex: string }
  | { op: 'set_pages'; pages: number }
  | { op: 'repeat_malloc'; count: number; size: number; first_ptr: number; pages: number };

interface Trace {
  name: string;
  heap_base: number;
  initial_pages: number;
  max_pages: number | null;
  grow_cap: number;
  steps: Step[];
  stats: {
    address_space_used: number;
    bytes_allocated: number;
    bytes_allocated_peak: number;
    bytes_allocated_sum: string;
  };
}

const PAGE = 65_536;

const MESSAGES: Partial<Record<HostFunctionErrorCode, string>> = {
  ALLOCATOR_POISONED: 'Other: the allocator has been poisoned',
  ALLOCATION_TOO_LARGE: 'Requested allocation size is too large',
  OUT_OF_SPACE: 'Allocator ran out of space',
  MEMORY_SHRUNK: 'Shrinking of the underlying memory is observed',
  BAD_FREE_LIST: 'Other: Invalid header pointer detected',
  HEADER_OUT_OF_BOUNDS: 'Other: read out of heap bounds',
  BAD_ORDER: 'Other: invalid order',
  OCCUPIED_IN_FREE_LIST: 'Other: free list points to a occupied header',
  POINTER_TOO_LOW: 'Other: Invalid pointer for deallocation',
  FREE_OF_FREE: 'Other: the allocation points to an empty header',
  COUNT_UNDERFLOW: 'Other: underflow of the currently allocated bytes count',
};

class Allocator {
  readonly #state = reserveState();
  readonly #maxPages: number;
  readonly #cap: number;
  memory: WebAssembly.Memory;
  functions: HostFunctions;

  constructor(trace: Trace) {
    this.#maxPages = trace.max_pages ?? PAGE;
    this.#cap = trace.grow_cap;
    this.memory = new WebAssembly.Memory({ initial: trace.initial_pages, maximum: this.#cap });
    this.functions = this.#bind();
    this.functions.setHeapBase(trace.heap_base);
  }

  #bind(): HostFunctions {
    const options = { memory: this.memory, maxPages: this.#maxPages, eccEnabled: false, loggingMaxLevel: 1 };
    return createOverState(options, this.#state);
  }

  pages(): number {
    return this.memory.buffer.byteLength / PAGE;
  }

  /** A wasm memory cannot shrink; the allocator gets another one with the same contents. */
  setPages(pages: number): void {
    if (pages >= this.pages()) {
      this.memory.grow(pages - this.pages());
      return;
    }
    const old = new Uint8Array(this.memory.buffer, 0, pages * PAGE);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: this.#cap });
    new Uint8Array(this.memory.buffer).set(old);
    this.functions = this.#bind();
  }

  header(pointer: number): string {
    return Buffer.from(this.memory.buffer, pointer - 8, 8).toString('hex');
  }

  attempt(operation: () => void): string | undefined {
    try {
      operation();
      return undefined;
    } catch {
      return MESSAGES[this.functions.failure()!.code];
    }
  }
}

const traces = loadVectors<Trace>('allocator.json');

test('there are as many traces as the README of the vectors says', () => {
  expect(traces).toHaveLength(159);
});

describe('traces', () => {
  test.each(traces.map((trace) => [trace.name, trace] as const))('%s', (_, trace) => {
    const allocator = new Allocator(trace);
    const malloc = (size: number) => allocator.functions.allocate(size);
    const free = (pointer: number) =>
      (allocator.functions.imports.ext_allocator_free_version_1 as (pointer: number) => void)(pointer);

    for (const [index, step] of trace.steps.entries()) {
      const at = `step ${index}`;
      if (step.op === 'write') {
        new Uint8Array(allocator.memory.buffer).set(Buffer.from(step.hex, 'hex'), step.addr);
        continue;
      }
      if (step.op === 'set_pages') {
        allocator.setPages(step.pages);
        continue;
      }
      if (step.op === 'repeat_malloc') {
        for (let i = 0; i < step.count; i++) {
          const pointer = malloc(step.size);
          if (i === 0) expect(pointer, at).toBe(step.first_ptr);
        }
      } else if (step.op === 'malloc') {
        let pointer: number | undefined;
        const error = allocator.attempt(() => {
          pointer = malloc(step.size);
        });
        expect(error, at).toBe(step.error?.message);
        expect(pointer, at).toBe(step.ptr);
        if (pointer !== undefined) expect(allocator.header(pointer), at).toBe(step.header);
      } else {
        expect(
          allocator.attempt(() => free(step.ptr)),
          at,
        ).toBe(step.error?.message);
        if (step.header !== null) expect(allocator.header(step.ptr), at).toBe(step.header);
      }
      expect(allocator.pages(), at).toBe(step.pages);
    }

    expect(allocator.functions.allocatorStats()).toEqual({
      addressSpaceUsed: trace.stats.address_space_used,
      bytesAllocated: trace.stats.bytes_allocated,
      bytesAllocatedPeak: trace.stats.bytes_allocated_peak,
      bytesAllocatedSum: BigInt(trace.stats.bytes_allocated_sum),
    });
  });
});
