import { sectionReader } from './emit-sections.ts';
import type { Reader } from './reader.ts';
import { scanInto } from './scan.ts';
import { Kind, type Limits, MUTABLE, ScanState, SectionId } from './scan-state.ts';
import { readGlobalType, readLimits, readTableLimits } from './sections.ts';

/** Type of a value in WebAssembly, of the MVP. */
export type ValueTypeName = 'i32' | 'i64' | 'f32' | 'f64';

/** Types of what a function takes and gives, in their order. */
export interface FunctionType {
  readonly params: readonly ValueTypeName[];
  readonly results: readonly ValueTypeName[];
}

/** Memory sizes count pages of 64 KiB, table sizes entries. */
export interface Size {
  readonly minimum: number;
  readonly maximum?: number;
}

/** What an import or export is; `type` of a function is undefined if the module names an unknown one. */
export type ExternalType =
  | { readonly kind: 'function'; readonly type: FunctionType | undefined }
  | { readonly kind: 'table'; readonly size: Size | undefined }
  | { readonly kind: 'memory'; readonly size: Size | undefined }
  | { readonly kind: 'global'; readonly valueType: ValueTypeName | undefined; readonly mutable: boolean };

/** What a module asks for: its two names, its type. */
export type ModuleImport = { readonly module: string; readonly name: string } & ExternalType;
/** What a module offers: its name, its index among its kind, its type. */
export type ModuleExport = { readonly name: string; readonly index: number } & ExternalType;

/** What a module asks for and offers, with types, which the JavaScript API does not show. */
export interface ModuleInterface {
  readonly imports: readonly ModuleImport[];
  readonly exports: readonly ModuleExport[];
  /** The first memory. */
  readonly memory: (Size & { readonly imported: boolean }) | undefined;
  /** The first table. */
  readonly table: (Size & { readonly imported: boolean }) | undefined;
  /** The start function's index. */
  readonly start: number | undefined;
  readonly functions: { readonly imported: number; readonly defined: number };
}

/**
 * Reads a module's interface without looking at function bodies, elements and data. Works for a PVF as
 * given and for what `rewriteModule` returns.
 *
 * @throws {RewriteError} `PREVALIDATION` if the sections read are malformed.
 */
export function readInterface(code: Uint8Array): ModuleInterface {
  const state = new ScanState(code, false);
  scanInto(state, false);
  return interfaceOf(state);
}

/** The interface as far as the scan got. */
export function interfaceOf(state: ScanState): ModuleInterface {
  const { memory, table, importedFunctions } = state;
  return {
    imports: [...readImports(state)],
    exports: [...readExports(state)],
    memory: memory && { ...size(memory), imported: state.importedMemories > 0 },
    table: table && { ...size(table), imported: state.importedTables > 0 },
    start: state.start,
    functions: { imported: importedFunctions, defined: state.functions - importedFunctions },
  };
}

function* readImports(state: ScanState): Generator<ModuleImport> {
  const reader = sectionReader(state, SectionId.import);
  for (let count = reader?.u32() ?? 0; reader !== undefined && count > 0; count--) {
    const module = readName(reader);
    const name = readName(reader);
    yield { module, name, ...readImportType(reader, state) };
  }
}

function readImportType(reader: Reader, state: ScanState): ExternalType {
  switch (reader.byte()) {
    case Kind.function:
      return { kind: 'function', type: functionType(state, reader.u32()) };
    case Kind.table:
      return { kind: 'table', size: size(readTableLimits(reader)) };
    case Kind.memory:
      return { kind: 'memory', size: size(readLimits(reader)) };
    default:
      return globalType(readGlobalType(reader));
  }
}

function* readExports(state: ScanState): Generator<ModuleExport> {
  const reader = sectionReader(state, SectionId.export);
  for (let count = reader?.u32() ?? 0; reader !== undefined && count > 0; count--) {
    const name = readName(reader);
    const kind = reader.byte();
    const index = reader.u32();
    yield { name, index, ...exportType(state, kind, index) };
  }
}

function exportType(state: ScanState, kind: number, index: number): ExternalType {
  switch (kind) {
    case Kind.function: {
      const known = index < state.functions;
      return {
        kind: 'function',
        type: known ? functionType(state, state.functionTypes.at(index)) : undefined,
      };
    }
    case Kind.table:
      return { kind: 'table', size: index === 0 && state.table ? size(state.table) : undefined };
    case Kind.memory:
      return { kind: 'memory', size: index === 0 && state.memory ? size(state.memory) : undefined };
    default:
      return globalType(index < state.globals.length ? state.globals.at(index) : 0);
  }
}

const VALUE_TYPES: Readonly<Record<number, ValueTypeName>> = {
  127: 'i32',
  126: 'i64',
  125: 'f32',
  124: 'f64',
};

function globalType(type: number): ExternalType {
  return { kind: 'global', valueType: VALUE_TYPES[type & 0xff], mutable: (type & MUTABLE) !== 0 };
}

function functionType(state: ScanState, index: number): FunctionType | undefined {
  const type = index >>> 0;
  if (type >= state.types) return undefined;
  const first = state.typeParamsAt.at(type);
  const params = state.code.subarray(first, first + state.typeParams.at(type));
  const result = VALUE_TYPES[state.typeResult.at(type)];
  return { params: [...params].map((byte) => VALUE_TYPES[byte]!), results: result ? [result] : [] };
}

function size(limits: Limits): Size {
  const { minimum, maximum } = limits;
  return maximum === undefined ? { minimum } : { minimum, maximum };
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

export function readName(reader: Reader): string {
  const length = reader.u32();
  const start = reader.pos;
  reader.skip(length);
  return utf8.decode(reader.code.subarray(start, reader.pos));
}
