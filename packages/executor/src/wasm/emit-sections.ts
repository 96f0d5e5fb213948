import { copyExpression } from './instructions.ts';
import { Op, ValueType } from './opcodes.ts';
import { Reader } from './reader.ts';
import { Kind, type Limits, type ScanState, SectionId } from './scan-state.ts';
import { readLimits } from './sections.ts';
import type { ThunkPlan } from './thunks.ts';
import type { Writer } from './writer.ts';

/** A reader over the payload of section `id`, or undefined if the module has none. */
export function sectionReader(state: ScanState, id: number): Reader | undefined {
  const { sections } = state;
  for (let i = 0; i < sections.length; i += 3) {
    if (sections.at(i) === id) return new Reader(state.code, sections.at(i + 1), sections.at(i + 2));
  }
  return undefined;
}

function copyName(reader: Reader, out: Writer): void {
  const length = reader.u32();
  out.u32(length);
  out.copy(reader.code, reader.pos, reader.pos + length);
  reader.pos += length;
}

export function emitTypes(reader: Reader, out: Writer): void {
  const count = reader.u32();
  out.u32(count);
  for (let i = 0; i < count; i++) {
    out.byte(reader.byte());
    for (let list = 0; list < 2; list++) {
      const length = reader.u32();
      out.u32(length);
      out.copy(reader.code, reader.pos, reader.pos + length);
      reader.pos += length;
    }
  }
}

function writeLimits(out: Writer, limits: Limits): void {
  out.byte(limits.maximum === undefined ? 0 : 1);
  out.u32(limits.minimum);
  if (limits.maximum !== undefined) out.u32(limits.maximum);
}

/** Name of the host's memory in the module for the engine. */
export const HOST_MODULE = 'pvf';
export const HOST_MEMORY = 'memory';

/**
 * `dropMemory` leaves out the first memory import; `hostMemory` adds the import of the host's memory with
 * this minimum (pages of 64 KiB). Without a reader only the latter is written.
 */
export function emitImports(
  reader: Reader | undefined,
  out: Writer,
  dropMemory: boolean,
  hostMemory: number | undefined,
): void {
  const count = reader?.u32() ?? 0;
  out.u32(count - (dropMemory ? 1 : 0) + (hostMemory === undefined ? 0 : 1));
  let drop = dropMemory;
  for (let i = 0; reader !== undefined && i < count; i++) {
    const start = out.length;
    copyName(reader, out);
    copyName(reader, out);
    const kind = reader.byte();
    out.byte(kind);
    if (kind === Kind.function) {
      out.u32(reader.u32());
    } else if (kind === Kind.global) {
      out.byte(reader.byte());
      out.byte(reader.byte());
    } else {
      if (kind === Kind.table) out.byte(reader.byte());
      writeLimits(out, readLimits(reader));
      if (kind === Kind.memory && drop) {
        out.length = start;
        drop = false;
      }
    }
  }
  if (hostMemory === undefined) return;
  for (const name of [HOST_MODULE, HOST_MEMORY]) {
    out.u32(name.length);
    out.all(new TextEncoder().encode(name));
  }
  out.byte(Kind.memory);
  writeLimits(out, { minimum: hostMemory, maximum: undefined });
}

export function emitFunctions(reader: Reader, out: Writer, thunks: ThunkPlan): void {
  const count = reader.u32();
  out.u32(count + thunks.targets.length);
  for (let i = 0; i < count; i++) out.u32(reader.u32());
  for (const type of thunks.types) out.u32(type);
}

/** Tables or memories; `change` may replace an entry's limits. */
export function emitLimited(
  reader: Reader,
  out: Writer,
  table: boolean,
  change: (limits: Limits) => Limits,
): void {
  const count = reader.u32();
  out.u32(count);
  for (let i = 0; i < count; i++) {
    if (table) out.byte(reader.byte());
    writeLimits(out, change(readLimits(reader)));
  }
}

/** `meter` adds the mutable i32 global that holds the current stack height, `scratch` two for floats. */
export function emitGlobals(reader: Reader | undefined, out: Writer, meter: boolean, scratch: boolean): void {
  const count = reader?.u32() ?? 0;
  out.u32(count + (meter ? 1 : 0) + (scratch ? 2 : 0));
  for (let i = 0; reader !== undefined && i < count; i++) {
    out.byte(reader.byte());
    out.byte(reader.byte());
    copyExpression(reader, out);
  }
  if (meter) out.all(new Uint8Array([ValueType.i32, 1, Op.i32Const, 0, Op.end]));
  if (!scratch) return;
  out.all(new Uint8Array([ValueType.f32, 1, Op.f32Const, 0, 0, 0, 0, Op.end]));
  out.all(new Uint8Array([ValueType.f64, 1, Op.f64Const, 0, 0, 0, 0, 0, 0, 0, 0, Op.end]));
}

/** An export that the rewriting adds. */
export interface AddedExport {
  readonly name: Uint8Array;
  readonly kind: number;
  readonly index: number;
}

export function emitExports(
  reader: Reader | undefined,
  out: Writer,
  thunks: ThunkPlan,
  added: readonly AddedExport[],
): void {
  const count = reader?.u32() ?? 0;
  out.u32(count + added.length);
  for (let i = 0; reader !== undefined && i < count; i++) {
    copyName(reader, out);
    const kind = reader.byte();
    const index = reader.u32();
    out.byte(kind);
    out.u32(kind === Kind.function ? thunks.redirect(index) : index);
  }
  for (const { name, kind, index } of added) {
    out.u32(name.length);
    out.all(name);
    out.byte(kind);
    out.u32(index);
  }
}

/** `failing` adds an empty segment beyond any table, so that the module cannot be instantiated. */
export function emitElements(
  reader: Reader | undefined,
  out: Writer,
  thunks: ThunkPlan,
  failing: boolean,
): void {
  const count = reader?.u32() ?? 0;
  out.u32(count + (failing ? 1 : 0));
  if (failing) out.all(new Uint8Array([0, Op.i32Const, 0x7f, Op.end, 0]));
  for (let i = 0; reader !== undefined && i < count; i++) {
    out.u32(reader.u32());
    copyExpression(reader, out);
    const members = reader.u32();
    out.u32(members);
    for (let m = 0; m < members; m++) out.u32(thunks.redirect(reader.u32()));
  }
}

export function emitData(reader: Reader, out: Writer): void {
  const count = reader.u32();
  out.u32(count);
  for (let i = 0; i < count; i++) {
    out.u32(reader.u32());
    copyExpression(reader, out);
    copyName(reader, out);
  }
}

export function emitCustom(reader: Reader, out: Writer): void {
  copyName(reader, out);
  out.copy(reader.code, reader.pos, reader.end);
}

/** Field name of the first memory import, which names the export that replaces it. */
export function importedMemoryName(state: ScanState): Uint8Array | undefined {
  const reader = sectionReader(state, SectionId.import);
  if (reader === undefined || state.importedMemories === 0) return undefined;
  for (let count = reader.u32(); count > 0; count--) {
    reader.skip(reader.u32());
    const length = reader.u32();
    const start = reader.pos;
    reader.skip(length);
    const kind = reader.byte();
    if (kind === Kind.memory) return reader.code.subarray(start, start + length);
    if (kind === Kind.function) reader.u32();
    else if (kind === Kind.global) reader.skip(2);
    else {
      reader.skip(1);
      readLimits(reader);
    }
  }
  return undefined;
}

/** What the export of the stack height is called, with as many zero bytes behind as make it unique. */
export const HEIGHT_EXPORT = 'pvf stack height';

/** A name for the stack height that the module does not use itself. */
export function freeHeightName(state: ScanState): Uint8Array {
  const taken = new Set<string>();
  const reader = sectionReader(state, SectionId.export);
  for (let count = reader?.u32() ?? 0; reader !== undefined && count > 0; count--) {
    const length = reader.u32();
    const name = Buffer.from(state.code.subarray(reader.pos, reader.pos + length)).toString('latin1');
    if (name.startsWith(HEIGHT_EXPORT)) taken.add(name);
    reader.skip(length);
    reader.byte();
    reader.u32();
  }
  let name = HEIGHT_EXPORT;
  while (taken.has(name)) name += '\0';
  return Buffer.from(name, 'latin1');
}
