import type { RewriteErrorMeta } from './errors.ts';
import { RewriteError } from './errors.ts';
import { type ScanState, SECTION_NAMES, SectionId } from './scan-state.ts';

/**
 * What wasmtime 36 (wasmparser 0.236, features of the MVP) refuses and V8 does not, so that the verdict
 * does not depend on the engine. Rules that both apply are left to V8. The rest of these rules sits where
 * the contents are read: constant expressions, alignments, names, locals, branch tables.
 */
export function requireValidForEngine(state: ScanState, functions: number): void {
  const { entries } = state;
  // A data count is written behind the data, where no engine takes it.
  if (state.present[SectionId.dataCount] === 1) refuse('data count section', SectionId.dataCount);
  if (state.memories > 1) refuse('more than one memory', SectionId.memory);
  if (state.importedTables + entries[SectionId.table]! > 1) refuse('more than one table', SectionId.table);
  const { memory, table } = state;
  if (memory !== undefined && memory.minimum > MAX_PAGES) refuse('memory above 4 GiB', SectionId.memory);
  if (table?.maximum !== undefined && table.minimum > table.maximum) {
    refuse('table minimum above its maximum', SectionId.table);
  }
  if (state.typeSize >= MAX_TYPE_SIZE) refuse('imports and exports with too large types', SectionId.export);
  for (const [id, count, limit] of [
    [SectionId.type, state.types, 1_000_000],
    [SectionId.import, entries[SectionId.import]!, 1_000_000],
    [SectionId.function, functions, 1_000_000],
    [SectionId.global, state.globals.length + (state.scratchGlobals ? 3 : 1), 1_000_000],
    [SectionId.export, entries[SectionId.export]! + (state.importedMemories > 0 ? 1 : 0), 1_000_000],
    [SectionId.element, entries[SectionId.element]!, 100_000],
    [SectionId.data, entries[SectionId.data]!, 100_000],
  ] as const) {
    if (count > limit) refuse(`more than ${limit} entries`, id);
  }
}

/** Pages of 64 KiB that 32-bit addresses reach. */
const MAX_PAGES = 65_536;
/** Bound on the sum of what imports and exports refer to: 1 each, for functions plus its parameters and results. */
const MAX_TYPE_SIZE = 1_000_000;

function refuse(reason: string, section: number): never {
  const meta: RewriteErrorMeta = { section: SECTION_NAMES[section]! };
  throw new RewriteError('PREPARATION', reason, meta);
}
