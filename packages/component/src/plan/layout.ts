import { ComponentError } from '../errors.ts';
import type { MemoryLimits } from '../scan/core-module.ts';

export const PAGE_BYTES = 65_536;

/** Pages of a flattened module, all there from the start: the chain's default limit is 2,080 (MaxMemoryPages + 32). */
export const DEFAULT_TOTAL_PAGES = 2_048;
/** For the texts of errors. */
export const TEXT_PAGES = 1;
/**
 * For the host's allocator, which begins at `__heap_base`. Before the guest's code runs it holds the parameters, in one
 * piece of at most 32 MiB (the allocator's own limit) behind its 8-byte header; later at most one answer of a host
 * function at a time, of less than 256 bytes, which the adapter frees before anything else is asked for. So 513 pages are
 * never exceeded, and the allocator has no reason to grow the memory.
 */
export const HOST_HEAP_PAGES = 514;

/**
 * How the memory of a flattened module is divided, in pages:
 * `[0, maximum)` the guest's, `[maximum, maximum + 1)` texts, then the host's heap up to `total`. The guest's
 * `memory.size` and `memory.grow` know of its own part alone, so the two heaps cannot meet, whatever an allocator takes
 * for granted about memory up to `memory.size`.
 */
export interface Layout {
  readonly initial: number;
  readonly maximum: number;
  readonly total: number;
}

/** @throws ComponentError TOO_MUCH_MEMORY */
export function layOut(memory: MemoryLimits, total: number): Layout {
  const room = total - TEXT_PAGES - HOST_HEAP_PAGES;
  const maximum = Math.min(memory.maximum ?? room, room);
  if (memory.initial > maximum) {
    throw new ComponentError(
      'TOO_MUCH_MEMORY',
      { pages: memory.initial, allowed: Math.max(room, 0) },
      `the component begins with ${memory.initial} pages of memory; of ${total} in all, ${room} are left for it`,
      'give more in all (--memory-pages), as far as the relay chain allows it to a validation function',
    );
  }
  return { initial: memory.initial, maximum, total };
}
