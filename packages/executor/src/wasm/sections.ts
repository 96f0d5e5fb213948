import { constantType } from './constants.ts';
import { ValueType } from './opcodes.ts';
import type { Reader } from './reader.ts';
import { Kind, type Limits, MUTABLE, type ScanState, SectionId } from './scan-state.ts';
import { ODD_OFFSET } from './segments.ts';

/** Per section id: reads the payload between the entry count and the section's end. */
export type SectionScanner = (reader: Reader, state: ScanState, count: number) => void;

function scanTypes(reader: Reader, state: ScanState, count: number): void {
  for (let i = 0; i < count; i++) {
    const start = reader.pos;
    const form = reader.byte();
    if (form !== 0x60) reader.fail(`unknown type form 0x${form.toString(16)}`, start);
    const params = reader.u32();
    state.typeParamsAt.push(reader.pos);
    for (let p = 0; p < params; p++) reader.valueType();
    const results = reader.u32();
    let result = 0;
    for (let r = 0; r < results; r++) result = reader.valueType();
    if (results > 1) reader.fail('function type with more than one result', start);
    state.typeParams.push(params);
    state.typeResult.push(result);
    if (state.engine && params > MAX_PARAMS) state.refuse(reader, 'more than 1,000 parameters', start);
  }
}

const MAX_PARAMS = 1000;
/** The longest import or export name in bytes that wasmparser 0.236 accepts. */
export const MAX_NAME_BYTES = 100_000;

/** Reads a name; returns the offset of its first byte. */
function scanName(reader: Reader, state: ScanState): number {
  const start = reader.name();
  if (state.engine && reader.pos - start > MAX_NAME_BYTES) state.refuse(reader, 'name too long', start);
  return start;
}

export function readLimits(reader: Reader): Limits {
  const flags = reader.byte();
  if (flags > 1) reader.fail(`unknown limits flags ${flags}`, reader.pos - 1);
  const minimum = reader.u32();
  return { minimum, maximum: flags === 1 ? reader.u32() : undefined };
}

export function readTableLimits(reader: Reader): Limits {
  const element = reader.byte();
  if (element !== 0x70) reader.fail(`unknown table element type 0x${element.toString(16)}`, reader.pos - 1);
  return readLimits(reader);
}

export function readGlobalType(reader: Reader): number {
  const type = reader.valueType();
  const mutable = reader.byte();
  if (mutable > 1) reader.fail(`unknown mutability ${mutable}`, reader.pos - 1);
  return type | (mutable * MUTABLE);
}

function scanImports(reader: Reader, state: ScanState, count: number): void {
  for (let i = 0; i < count; i++) {
    scanName(reader, state);
    scanName(reader, state);
    const kind = reader.byte();
    switch (kind) {
      case Kind.function: {
        const type = reader.u32();
        state.functionTypes.push(type);
        state.importedFunctions++;
        state.addTypeSize(type);
        continue;
      }
      case Kind.table: {
        const limits = readTableLimits(reader);
        state.table ??= limits;
        state.importedTables++;
        break;
      }
      case Kind.memory: {
        const limits = readLimits(reader);
        state.memory ??= limits;
        state.importedMemories++;
        break;
      }
      case Kind.global:
        state.globals.push(readGlobalType(reader));
        state.importedGlobals++;
        break;
      default:
        reader.fail(`unknown import kind ${kind}`, reader.pos - 1);
    }
    state.addTypeSize(undefined);
  }
}

function scanFunctions(reader: Reader, state: ScanState, count: number): void {
  for (let i = 0; i < count; i++) state.functionTypes.push(reader.u32());
}

function scanTables(reader: Reader, state: ScanState, count: number): void {
  for (let i = 0; i < count; i++) {
    const limits = readTableLimits(reader);
    state.table ??= limits;
  }
}

function scanMemories(reader: Reader, state: ScanState, count: number): void {
  for (let i = 0; i < count; i++) {
    const limits = readLimits(reader);
    state.memory ??= limits;
  }
}

function scanGlobals(reader: Reader, state: ScanState, count: number): void {
  for (let i = 0; i < count; i++) {
    const type = readGlobalType(reader);
    const start = reader.pos;
    const value = constantType(reader, state);
    if (state.engine && value !== (type & 0xff)) {
      state.refuse(reader, 'initialiser is not a constant of the global’s type', start);
    }
    state.globals.push(type);
  }
}

function scanExports(reader: Reader, state: ScanState, count: number): void {
  for (let i = 0; i < count; i++) {
    scanName(reader, state);
    const kind = reader.byte();
    if (kind > Kind.global) reader.fail(`unknown export kind ${kind}`, reader.pos - 1);
    const start = reader.pos;
    const index = reader.u32();
    if (kind === Kind.function) requireFunction(reader, state, index, start);
    if (kind === Kind.global && state.engine) state.useGlobal(reader, index, start);
    const isKnown = kind === Kind.function && index < state.functions;
    state.addTypeSize(isKnown ? state.functionTypes.at(index) >>> 0 : undefined);
  }
}

/** The limiter looks up every function it may have to wrap. */
function requireFunction(reader: Reader, state: ScanState, index: number, offset: number): void {
  if (index >= state.functions) state.refuse(reader, `unknown function ${index}`, offset);
}

function scanElements(reader: Reader, state: ScanState, count: number): void {
  for (let i = 0; i < count; i++) {
    scanSegmentStart(reader, state);
    const members = reader.u32();
    state.tableEnd = Math.max(state.tableEnd, (state.constant ?? 0) + members);
    for (let m = 0; m < members; m++) {
      const start = reader.pos;
      requireFunction(reader, state, reader.u32(), start);
    }
  }
  requireOffsets(reader, state);
}

function scanData(reader: Reader, state: ScanState, count: number): void {
  for (let i = 0; i < count; i++) {
    scanSegmentStart(reader, state);
    reader.skip(reader.u32());
  }
  requireOffsets(reader, state);
}

function scanSegmentStart(reader: Reader, state: ScanState): void {
  const flags = reader.u32();
  const start = reader.pos;
  const value = constantType(reader, state);
  if (flags !== 0) state.segmentFlags = true;
  else if (value !== ValueType.i32) state.oddOffset ??= start;
}

/** Behind a segment with flags, engines may read other segments than the reference's parser: segments.ts decides. */
function requireOffsets(reader: Reader, state: ScanState): void {
  if (state.engine && state.oddOffset !== undefined && !state.segmentFlags)
    state.refuse(reader, ODD_OFFSET, state.oddOffset);
}

export const SECTION_SCANNERS: Readonly<Record<number, SectionScanner>> = {
  [SectionId.type]: scanTypes,
  [SectionId.import]: scanImports,
  [SectionId.function]: scanFunctions,
  [SectionId.table]: scanTables,
  [SectionId.memory]: scanMemories,
  [SectionId.global]: scanGlobals,
  [SectionId.export]: scanExports,
  [SectionId.element]: scanElements,
  [SectionId.data]: scanData,
};
