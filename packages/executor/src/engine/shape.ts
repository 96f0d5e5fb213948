/**
 * What execution must know of a module before it instantiates it: written into the artifact's header, because the
 * JavaScript API of WebAssembly tells neither the types of functions and globals nor the size of a memory.
 */
export interface ModuleShape {
  /** Number of functions with a body. */
  readonly definedFunctions: number;
  /** Instantiation runs guest code. */
  readonly hasStart: boolean;
  /** Minimum of the memory that the job creates for the guest, in 64 KiB pages; `undefined`: the guest has none. */
  readonly memoryMinPages: number | undefined;
  readonly imports: readonly ImportShape[];
  readonly memoryExport: 'missing' | 'memory' | 'not-a-memory';
  readonly heapBase: 'missing' | 'i32' | 'not-a-global' | 'not-an-i32';
  readonly entryPoint: 'missing' | 'valid' | 'not-a-function' | 'wrong-signature';
}

export interface ImportShape {
  readonly module: string;
  readonly name: string;
  readonly kind: 'function' | 'table' | 'memory' | 'global';
  /** A function's type as `i32,i64->i32`. */
  readonly signature?: string;
}

/** The import under which the rewritten module expects its memory. */
export const MEMORY_IMPORT = { module: 'pvf', name: 'memory' } as const;
/** `validate_block(ptr: i32, len: i32) -> i64` (polkadot-parachain). */
export const ENTRY_POINT = { name: 'validate_block', signature: 'i32,i32->i64' } as const;

const SECTION = { type: 1, import: 2, function: 3, global: 6, export: 7, start: 8 } as const;
const KINDS = ['function', 'table', 'memory', 'global'] as const;
const VALUE_TYPES: Readonly<Record<number, string>> = { 127: 'i32', 126: 'i64', 125: 'f32', 124: 'f64' };
const I32 = 0x7f;

/**
 * Reads the shape of a module that {@link rewriteModule} has written for the engine: its output is well-formed, so
 * nothing is checked again here.
 */
export function readShape(wasm: Uint8Array): ModuleShape {
  const reader = new Reader(wasm);
  const types: string[] = [];
  const functionTypes: number[] = [];
  const globalTypes: number[] = [];
  const imports: ImportShape[] = [];
  const exports = new Map<string, { kind: number; index: number }>();
  let definedFunctions = 0;
  let hasStart = false;
  let memoryMinPages: number | undefined;

  for (reader.at = 8; reader.at < wasm.length; ) {
    const id = reader.byte();
    const end = reader.u32() + reader.at;
    if (id === SECTION.type) {
      for (let n = reader.u32(); n > 0; n--) types.push(reader.functionType());
    } else if (id === SECTION.import) {
      for (let n = reader.u32(); n > 0; n--) {
        const module = reader.name();
        const name = reader.name();
        const kind = reader.byte();
        let signature: string | undefined;
        if (kind === 0) {
          const type = reader.u32();
          functionTypes.push(type);
          signature = types[type];
        } else if (kind === 1) {
          reader.byte();
          reader.limits();
        } else if (kind === 2) {
          const min = reader.limits();
          if (module === MEMORY_IMPORT.module && name === MEMORY_IMPORT.name) {
            memoryMinPages = min;
            continue;
          }
        } else {
          globalTypes.push(reader.byte());
          reader.byte();
        }
        imports.push({ module, name, kind: KINDS[kind]!, ...(signature === undefined ? {} : { signature }) });
      }
    } else if (id === SECTION.function) {
      definedFunctions = reader.u32();
      for (let n = definedFunctions; n > 0; n--) functionTypes.push(reader.u32());
    } else if (id === SECTION.global) {
      for (let n = reader.u32(); n > 0; n--) {
        globalTypes.push(reader.byte());
        reader.byte();
        reader.skipConstantExpression();
      }
    } else if (id === SECTION.start) {
      hasStart = true;
    } else if (id === SECTION.export) {
      for (let n = reader.u32(); n > 0; n--)
        exports.set(reader.name(), { kind: reader.byte(), index: reader.u32() });
    }
    reader.at = end;
  }

  const memory = exports.get('memory');
  const heapBase = exports.get('__heap_base');
  const entry = exports.get(ENTRY_POINT.name);
  return {
    definedFunctions,
    hasStart,
    memoryMinPages,
    imports,
    memoryExport: memory === undefined ? 'missing' : memory.kind === 2 ? 'memory' : 'not-a-memory',
    heapBase:
      heapBase === undefined
        ? 'missing'
        : heapBase.kind !== 3
          ? 'not-a-global'
          : globalTypes[heapBase.index] === I32
            ? 'i32'
            : 'not-an-i32',
    entryPoint:
      entry === undefined
        ? 'missing'
        : entry.kind !== 0
          ? 'not-a-function'
          : types[functionTypes[entry.index]!] === ENTRY_POINT.signature
            ? 'valid'
            : 'wrong-signature',
  };
}

class Reader {
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }
  byte(): number {
    return this.#bytes[this.at++]!;
  }
  u32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }
  name(): string {
    const length = this.u32();
    this.at += length;
    return this.#decoder.decode(this.#bytes.subarray(this.at - length, this.at));
  }
  valueTypes(): string {
    const list: (string | undefined)[] = [];
    for (let n = this.u32(); n > 0; n--) list.push(VALUE_TYPES[this.byte()]);
    return list.join(',');
  }
  functionType(): string {
    this.byte();
    return `${this.valueTypes()}->${this.valueTypes()}`;
  }
  limits(): number {
    const hasMax = this.byte() === 1;
    const min = this.u32();
    if (hasMax) this.u32();
    return min;
  }
  skipConstantExpression(): void {
    const opcode = this.byte();
    const END = 0x0b;
    if (opcode === END) return;
    const F32_CONST = 0x43;
    const F64_CONST = 0x44;
    if (opcode === F32_CONST) this.at += 4;
    else if (opcode === F64_CONST) this.at += 8;
    else while (this.byte() >= 0x80);
    while (this.byte() !== END);
  }
}
