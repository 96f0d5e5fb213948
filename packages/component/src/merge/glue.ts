import { MODULE_HEADER, Writer } from '../binary/writer.ts';
import { HOST_HEAP_PAGES, type Layout, PAGE_BYTES, TEXT_PAGES } from '../plan/layout.ts';
import type { Plan } from '../plan/plan.ts';
import { startName, type TrapTable } from './names.ts';

const I32 = 0x7f;
/** Before it lies the target of log lines, which the adapter writes. */
const TEXT_OFFSET = 8;
/** Texts serve people: longer ones are cut. */
const MAX_TEXT_BYTES = 1_000;

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
    code.sized(trapBody(texts, label));
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

  return new Writer()
    .bytes(MODULE_HEADER)
    .section(1, types)
    .section(2, imports)
    .section(3, functions)
    .section(6, globalSection)
    .section(7, exports)
    .section(10, code)
    .finish();
}

/**
 * Writes a text and gives it to `refuse`. Written by code, for a data segment up there would make a validator keep an image
 * of all memory below it: 100 MB of artifact.
 */
function trapBody(texts: number, label: string): Writer {
  const text = Buffer.from(`a validation function has no import ${label}`, 'ascii').subarray(
    0,
    MAX_TEXT_BYTES,
  );
  const words = Buffer.alloc(Math.ceil(text.length / 8) * 8, ' ');
  text.copy(words);
  const at = texts + TEXT_OFFSET;
  const body = new Writer().byte(0);
  for (let offset = 0; offset < words.length; offset += 8) {
    body.byte(0x41).i32(at + offset);
    body.byte(0x42).i64(words.readBigInt64LE(offset));
    body.bytes([0x37, 0, 0]);
  }
  body.byte(0x41).i32(at).byte(0x41).i32(text.length);
  return body.bytes([0x10, 0, 0x00, 0x0b]);
}
