import { Reader } from '../binary/reader.ts';
import { ComponentError } from '../errors.ts';
import { checkLimit, type Limit } from './limits.ts';
import { readCoreName } from './names.ts';

export type CoreKind = 'func' | 'table' | 'memory' | 'global';
const KINDS: readonly CoreKind[] = ['func', 'table', 'memory', 'global'];

export interface Section {
  readonly id: number;
  readonly contents: Uint8Array;
}
export interface CoreImport {
  readonly module: string;
  readonly name: string;
  readonly kind: CoreKind;
  /** Of a function: its type, in the binary format. */
  readonly type: Uint8Array | undefined;
  /** Kind and type, in the binary format. */
  readonly descriptor: Uint8Array;
}
export interface CoreExport {
  readonly name: string;
  readonly kind: CoreKind;
  readonly index: number;
}
export interface MemoryLimits {
  /** Pages of 64 KiB. */
  readonly initial: number;
  readonly maximum: number | undefined;
}
/** What of a core module decides how it is wired; the code itself is not looked at here. */
export interface CoreModule {
  readonly bytes: Uint8Array;
  /** In order, without custom ones. */
  readonly sections: readonly Section[];
  readonly imports: readonly CoreImport[];
  readonly exports: readonly CoreExport[];
  /** Defined, not imported. */
  readonly memory: MemoryLimits | undefined;
  readonly start: number | undefined;
}

interface Draft {
  types: Uint8Array[];
  imports: CoreImport[];
  exports: CoreExport[];
  memory: MemoryLimits | undefined;
  start: number | undefined;
}

/** Reads a core module at `bytes`, whose first byte is byte `base` of the component. */
export function scanCoreModule(bytes: Uint8Array, base: number): CoreModule {
  const reader = new Reader(bytes, 0, bytes.length, base);
  if (reader.take(8).join() !== '0,97,115,109,1,0,0,0') reader.fail('this is not a core module', base);
  const sections: Section[] = [];
  const draft: Draft = { types: [], imports: [], exports: [], memory: undefined, start: undefined };
  const seen = new Set<number>();
  while (!reader.done) {
    const id = reader.byte();
    const part = reader.part(reader.u32());
    if (id === 0) continue;
    if (seen.has(id)) reader.fail('a section comes twice');
    seen.add(id);
    if (id > 12) lowerless('exception handling');
    sections.push({ id, contents: bytes.subarray(part.pos, part.end) });
    READERS[id]?.(part, draft);
  }
  return {
    bytes,
    sections,
    imports: draft.imports,
    exports: draft.exports,
    memory: draft.memory,
    start: draft.start,
  };
}

const READERS: Readonly<Record<number, (reader: Reader, draft: Draft) => void>> = {
  1: readTypes,
  2: readImports,
  3: limitedTo('functions of a core module'),
  4: readTables,
  5: readMemories,
  6: limitedTo('globals of a core module'),
  7: readExports,
  8: readStart,
  9: limitedTo('segments of a core module'),
  10: readCode,
  11: limitedTo('segments of a core module'),
};

function limitedTo(limit: Limit): (reader: Reader) => void {
  return (reader) => {
    checkLimit(limit, reader.count());
  };
}

function readStart(reader: Reader, draft: Draft): void {
  draft.start = reader.u32();
}

function readTypes(reader: Reader, draft: Draft): void {
  for (let left = checkLimit('types of a core module', reader.count()); left > 0; left--) {
    const start = reader.pos;
    if (reader.byte() !== 0x60) lowerless('types of the garbage collection proposal');
    for (const what of ['parameters', 'results']) {
      const count = checkLimit('parameters of a function', reader.count());
      for (const type of reader.take(count)) {
        if (type < 0x7c || type > 0x7f) lowerless(`${what} that are not numbers`);
      }
    }
    draft.types.push(reader.bytes.subarray(start, reader.pos));
  }
}

function lowerless(what: string): never {
  throw new ComponentError('NOT_LOWERABLE', { what }, `a core module uses ${what}`);
}

function readImports(reader: Reader, draft: Draft): void {
  for (let left = checkLimit('imports of a core module', reader.count(4)); left > 0; left--) {
    const module = readCoreName(reader);
    const name = readCoreName(reader);
    const start = reader.pos;
    const kind = KINDS[reader.byte()] ?? lowerless('imports of an unknown kind');
    let type: Uint8Array | undefined;
    if (kind === 'func') type = draft.types[reader.u32()] ?? reader.fail('an import has no type');
    else if (kind === 'table') readTableType(reader);
    else if (kind === 'memory') readLimits(reader);
    else reader.skip(2);
    const descriptor = reader.bytes.subarray(start, reader.pos);
    draft.imports.push({ module, name, kind, type, descriptor });
  }
}

function readTableType(reader: Reader): void {
  if (reader.byte() !== 0x70) lowerless('tables of something else than functions');
  checkLimit('entries of a table', readLimits(reader).initial);
}

function readTables(reader: Reader): void {
  for (let left = reader.count(3); left > 0; left--) readTableType(reader);
}

function readMemories(reader: Reader, draft: Draft): void {
  const count = reader.count(2);
  if (count > 1) lowerless('several memories');
  if (count === 1) draft.memory = readLimits(reader);
}

function readLimits(reader: Reader): MemoryLimits {
  const flags = reader.byte();
  if (flags > 1) lowerless('shared or 64-bit memory');
  return { initial: reader.u32(), maximum: flags === 1 ? reader.u32() : undefined };
}

function readExports(reader: Reader, draft: Draft): void {
  for (let left = checkLimit('exports of a core module', reader.count(3)); left > 0; left--) {
    const name = readCoreName(reader);
    const kind = KINDS[reader.byte()] ?? lowerless('exports of an unknown kind');
    draft.exports.push({ name, kind, index: reader.u32() });
  }
}

function readCode(reader: Reader): void {
  let total = 0;
  for (let left = checkLimit('functions of a core module', reader.count(2)); left > 0; left--) {
    const body = reader.part(reader.u32());
    let locals = 0;
    for (let groups = body.count(2); groups > 0; groups--) {
      locals += body.u32();
      body.skip(1);
    }
    total += checkLimit('locals of a function', locals);
    checkLimit('locals of a core module', total);
  }
}
