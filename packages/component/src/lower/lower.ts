import { Reader } from '../binary/reader.ts';
import { MODULE_HEADER, Writer } from '../binary/writer.ts';
import { ComponentError } from '../errors.ts';
import { type CoreModule, scanCoreModule } from '../scan/core-module.ts';
import { lowerBody } from './body.ts';
import { HELPERS } from './instructions.ts';

/** The exports of a PVF, and no others. */
export const PVF_EXPORTS = ['memory', '__heap_base', 'validate_block'] as const;

/**
 * Makes WebAssembly MVP of a merged module: sign extension, saturating truncation, bulk memory, typed select and the data
 * count go, exactly; `memory.size` and `memory.grow` become those of the guest's part. Keeps the three exports of a PVF.
 * @throws ComponentError NOT_LOWERABLE
 */
export function lowerModule(bytes: Uint8Array): Uint8Array {
  const module = scanCoreModule(bytes, 0);
  const functions = new Map<string, number>();
  for (const { name, kind, index } of module.exports) {
    if (kind === 'func' && HELPERS.includes(name)) functions.set(name, index);
  }
  for (const helper of HELPERS) {
    if (!functions.has(helper)) throw new Error(`the merged module has no ${helper}`);
  }
  const out = new Writer().bytes(MODULE_HEADER);
  for (const { id, contents } of module.sections) {
    if (id === 7) out.section(id, keptExports(module));
    else if (id === 10) out.section(id, lowerCode(contents, functions));
    else if (id === 11) out.section(id, checkSegments(contents));
    else if (id !== 12) out.section(id, contents);
  }
  return out.finish();
}

/**
 * Refuses what {@link lowerModule} would, in a module as the component has it: with the name of the feature, before
 * another tool gives up on it.
 * @throws ComponentError NOT_LOWERABLE
 */
export function checkLowerable({ sections }: CoreModule): void {
  const anywhere = new Map(HELPERS.map((helper) => [helper, 0]));
  for (const { id, contents } of sections) {
    if (id === 10) lowerCode(contents, anywhere);
    else if (id === 11) checkSegments(contents);
  }
}

function keptExports({ exports }: CoreModule): Writer {
  const kept = PVF_EXPORTS.map((wanted) => {
    const found = exports.find(({ name }) => name === wanted);
    if (found === undefined) throw new Error(`the merged module has no ${wanted}`);
    return found;
  });
  const out = new Writer().u32(kept.length);
  for (const { name, kind, index } of kept) {
    out.name(name).byte({ func: 0, table: 1, memory: 2, global: 3 }[kind]).u32(index);
  }
  return out;
}

function lowerCode(contents: Uint8Array, functions: ReadonlyMap<string, number>): Writer {
  const reader = new Reader(contents);
  const count = reader.count(2);
  const out = new Writer().u32(count);
  for (let left = count; left > 0; left--) out.sized(lowerBody(reader.part(reader.u32()), functions));
  reader.finish('the code');
  return out;
}

/** Data segments must be of the form that the MVP knows; only the first byte of each can say otherwise. */
function checkSegments(contents: Uint8Array): Uint8Array {
  const reader = new Reader(contents);
  for (let left = reader.count(2); left > 0; left--) {
    if (reader.u32() !== 0) {
      const what = 'passive data segments';
      throw new ComponentError('NOT_LOWERABLE', { what }, `the component uses ${what}`);
    }
    skipOffset(reader);
    reader.skip(reader.u32());
  }
  return contents;
}

function skipOffset(reader: Reader): void {
  for (;;) {
    const opcode = reader.byte();
    if (opcode === 0x0b) return;
    if (opcode === 0x41) reader.skipSigned(32);
    else if (opcode === 0x23) reader.u32();
    else
      throw new ComponentError(
        'NOT_LOWERABLE',
        { what: 'computed offsets' },
        'a segment computes its offset',
      );
  }
}
