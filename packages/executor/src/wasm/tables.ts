import type { Limits, ScanState } from './scan-state.ts';

/**
 * V8 takes tables of at most 10,000,000 entries and allocates them at once (24 bytes each); wasmtime takes
 * any size and lets the system find the memory. In an MVP module a table's size shows only in which
 * indirect calls trap, and a call to an empty entry traps as well as one beyond the end, so a large table
 * can be cut behind the last entry that is ever filled.
 */
export function engineTable(state: ScanState): (limits: Limits) => Limits {
  return (limits) => {
    if (limits.minimum <= KEEP_ENTRIES || state.segmentFlags) return limits;
    const used = Math.min(state.tableEnd, limits.minimum, V8_MAX_ENTRIES);
    return { minimum: Math.max(used, KEEP_ENTRIES), maximum: limits.maximum };
  };
}

/**
 * True for a table too large to allocate. The reference finds out when it instantiates the module, so the
 * module for the engine gets an element segment that always fails then. Where the line is depends on the
 * reference's machine; ours is 16 GiB, which its 8 bytes per entry reach at 2³¹ entries.
 */
export function tableCannotBeAllocated(state: ScanState): boolean {
  return state.importedTables === 0 && (state.table?.minimum ?? 0) > 2 ** 31;
}

/** Tables up to this size are left alone. */
const KEEP_ENTRIES = 100_000;
const V8_MAX_ENTRIES = 10_000_000;
