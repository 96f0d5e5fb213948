import { MODULE_HEADER, Writer } from '../binary/writer.ts';
import { HOST_HEAP_PAGES, type Layout, PAGE_BYTES, TEXT_PAGES } from '../plan/layout.ts';
import type { Plan } from '../plan/plan.ts';
import { startName, type TrapTable } from './names.ts';

const I32 = 0x7f;
const TARGET = 'pvf';
const MAX_TEXT_BYTES = TEXT_PAGES * PAGE_BYTES;

/**
 * The module that holds what depends on the component: the layout of the memory as constants, a function for each
 * import that traps (it logs which), the start functions in their order, and an empty post-return where there is none.
 */
export function buildGlue(plan: Plan, layout: Layout, traps: TrapTable): Uint8Array {
  const texts = layout.maximum * PAGE_BYTES;
  const heap = texts + TEXT_PAGES * PAGE_BYTES;
  const starts = plan.instances
    .filter(({ module }) => module.start !== undefined)
    .map(({ id }) => startName(id));
  const text = new TextTable(texts);

  const types = new Writer();
  // 0: () -> (), 1: (i32, i32) -> (), 2: (i32) -> (); then those of the traps
  types.u32(3 + traps.entries.length).bytes([0x60, 0, 0, 0x60, 2, I32, I32, 0, 0x60, 1, I32, 0]);
  for (const { type } of traps.entries) types.bytes(type);

  const imports = new Writer().u32(2 + starts.length);
  imports.name('adapter').name('refuse').bytes([0, 1]);
  for (const name of starts)
    imports
      .name(`i${name.slice(1, -'start'.length)}`)
      .name(name)
      .bytes([0, 0]);
  imports.name(`i${plan.memory.instance}`).name('memory').bytes([2, 0, 0]);

  const functions = new Writer().u32(2 + traps.entries.length).bytes([0, 2]);
  const code = new Writer().u32(2 + traps.entries.length);
  const start = new Writer().byte(0);
  for (const index of starts.keys()) start.byte(0x10).u32(1 + index);
  code.sized(start.byte(0x0b));
  code.sized(new Writer().bytes([0, 0x0b]));
  for (const [index, { label }] of traps.entries.entries()) {
    functions.u32(3 + index);
    const { at, length } = text.add(`a validation function has no import ${label}`);
    const body = new Writer().byte(0).byte(0x41).i32(at).byte(0x41).i32(length);
    code.sized(body.bytes([0x10, 0, 0x00, 0x0b]));
  }

  const globals: [string, number][] = [
    ['__heap_base', heap],
    ['initial_pages', layout.initial],
    ['maximum_pages', layout.maximum],
    ['texts', texts],
    ['host_heap', heap],
    ['host_heap_end', heap + HOST_HEAP_PAGES * PAGE_BYTES],
  ];
  const globalSection = new Writer().u32(globals.length);
  for (const [, value] of globals) globalSection.bytes([I32, 0, 0x41]).i32(value).byte(0x0b);

  const firstDefined = 1 + starts.length;
  const exports = new Writer().u32(globals.length + 2 + traps.entries.length);
  for (const [index, [name]] of globals.entries()) exports.name(name).byte(3).u32(index);
  exports.name('start').byte(0).u32(firstDefined);
  exports
    .name('no_post_return')
    .byte(0)
    .u32(firstDefined + 1);
  for (const [index, { name }] of traps.entries.entries())
    exports
      .name(name)
      .byte(0)
      .u32(firstDefined + 2 + index);

  const data = new Writer().u32(1).bytes([0, 0x41]).i32(texts).byte(0x0b).sized(text.bytes());
  return new Writer()
    .bytes(MODULE_HEADER)
    .section(1, types)
    .section(2, imports)
    .section(3, functions)
    .section(6, globalSection)
    .section(7, exports)
    .section(10, code)
    .section(11, data)
    .finish();
}

/** The page of texts. It begins with the target of log lines. */
class TextTable {
  private readonly writer = new Writer().bytes(Buffer.from(TARGET));
  private readonly base: number;

  constructor(base: number) {
    this.base = base;
  }

  /** Texts that no longer fit are cut: they serve people. */
  add(text: string): { at: number; length: number } {
    const at = this.base + this.writer.length;
    const bytes = Buffer.from(text, 'ascii').subarray(0, MAX_TEXT_BYTES - this.writer.length);
    this.writer.bytes(bytes);
    return { at, length: bytes.length };
  }

  bytes(): Uint8Array {
    return this.writer.finish();
  }
}
