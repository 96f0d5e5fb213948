import { RewriteError } from './errors.ts';
import { IntList } from './int-list.ts';
import type { Reader } from './reader.ts';

/** Section ids of the binary format. */
export const SectionId = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
} as const;

export const SECTION_NAMES = [
  'custom',
  'type',
  'import',
  'function',
  'table',
  'memory',
  'global',
  'export',
  'start',
  'element',
  'code',
  'data',
  'data count',
] as const;

/** Kinds of imports and exports in the binary format. */
export const Kind = { function: 0, table: 1, memory: 2, global: 3 } as const;

export const MUTABLE = 0x100;

/** What the output must know of a function. */
export const Trait = {
  /** NaN canonicalisation needs a variable of this type. */
  f32: 1,
  f64: 2,
  /** There is no room for them among the locals. */
  scratchInGlobals: 4,
  /** Calls functions of the guest, directly or through a table. */
  calls: 8,
} as const;

export interface Limits {
  minimum: number;
  maximum: number | undefined;
}

/**
 * What one walk over a module finds out. Variable-length parts stay in the module's bytes and are kept as
 * offsets, so the state is small against the module whatever the module claims.
 */
export class ScanState {
  readonly code: Uint8Array;
  /** True when the result goes to V8: then everything wasmtime's validation refuses must be refused too. */
  readonly engine: boolean;

  /** Triples (section id, payload start, payload end) in the module's order. */
  readonly sections = new IntList();
  /** Number of entries per section id; 0 when absent. */
  readonly entries = new Uint32Array(13);
  readonly present = new Uint8Array(13);

  /** Per type: offset of the first parameter's byte, number of parameters, result type or 0. */
  readonly typeParamsAt = new IntList();
  readonly typeParams = new IntList();
  readonly typeResult = new IntList();

  /** Type index per function of the index space: imports first. */
  readonly functionTypes = new IntList();
  importedFunctions = 0;

  /** Value type, with `MUTABLE` added if so, per global of the index space. */
  readonly globals = new IntList();
  importedGlobals = 0;

  importedTables = 0;
  importedMemories = 0;
  /** Limits of the first memory, imported or defined, and of the first table. */
  memory: Limits | undefined;
  table: Limits | undefined;
  start: number | undefined;
  /** wasmparser's measure of what imports and exports refer to. */
  typeSize = 1;
  /** Entries of the table that element segments reach, if their offsets are constants. */
  tableEnd = 0;
  /** True if a segment begins with anything but 0, which engines do not read as an index. */
  segmentFlags = false;
  /** Where the first segment begins whose offset is no constant as the reference's parser reads it. */
  oddOffset: number | undefined;
  /** Value of the last constant expression read, if it was an `i32.const`. */
  constant: number | undefined;

  /** Stack cost per defined function. */
  costs = new Uint32Array(0);
  /** Per defined function: `Trait` flags. */
  traits = new Uint8Array(0);
  /** True if an instruction can yield a new NaN; noted for the engine only. */
  floatArithmetic = false;
  /** True if some function has no room for scratch locals, so that two globals serve instead. */
  scratchGlobals = false;
  /** Offsets of instructions that the output does not simply copy, ascending. */
  readonly edits = new IntList();
  /** For each `return`, in order, the label of the function's outermost block; noted for the engine only. */
  readonly returns = new IntList();

  /**
   * True if the module uses the global that metering adds behind its own: the reference does not look before it
   * adds it. Noted for the engine only.
   */
  seesHeight = false;
  readonly #chargesCalls: boolean;

  refusal: RewriteError | undefined;

  /** @param chargesCalls for a module that sees the height, see `metersCalls` */
  constructor(code: Uint8Array, engine: boolean, chargesCalls = false) {
    this.code = code;
    this.engine = engine;
    this.#chargesCalls = chargesCalls;
  }

  /**
   * Whether direct calls are charged where they happen, as the reference does, or in the called function.
   * Charging calls needs a global whose index the reference gets wrong if the module imports globals; such
   * a module can be valid by chance but never be instantiated, so there the reference's code is kept. So it is
   * for a module that sees the height, which between calls is not the same with charges in the called function.
   */
  get metersCalls(): boolean {
    return !this.engine || this.importedGlobals > 0 || this.#chargesCalls;
  }

  /** Notes the use of a global by its index, at `offset`: one behind the module's own is the height. */
  useGlobal(reader: Reader, index: number, offset: number): void {
    if (index === this.globals.length) this.seesHeight = true;
    else if (index > this.globals.length) this.refuse(reader, `unknown global ${index}`, offset);
  }

  get functions(): number {
    return this.functionTypes.length;
  }

  get types(): number {
    return this.typeParams.length;
  }

  /** Adds the type size of one import or export; `type` is a function's type index, else undefined. */
  addTypeSize(type: number | undefined): void {
    this.typeSize++;
    if (type === undefined || type >= this.types) return;
    this.typeSize += this.typeParams.at(type) + (this.typeResult.at(type) === 0 ? 0 : 1);
  }

  get memories(): number {
    return this.importedMemories + this.entries[SectionId.memory]!;
  }

  /**
   * Records that preparation will refuse the module. It is thrown only after the whole module has been
   * parsed, because the reference parses first: a later format error is a prevalidation error.
   */
  refuse(reader: Reader, reason: string, offset?: number): void {
    this.refusal ??= new RewriteError('PREPARATION', reason, reader.place(offset));
  }
}
