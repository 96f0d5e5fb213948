import { parameters } from '../../support/scale.ts';

export interface Params {
  readonly head: Uint8Array;
  readonly block: Uint8Array;
  readonly relayParent?: number;
}

/** What a run ended with: the encoded result, or undefined if it trapped; and what it logged. */
export interface Outcome {
  readonly result: Uint8Array | undefined;
  readonly lines: readonly string[];
}

type Env = Readonly<
  Record<string, (memory: WebAssembly.Memory, ...args: never[]) => number | bigint | undefined>
>;

/** Runs a flattened module in V8 as a host would: parameters into the heap, then `validate_block`. */
export function runFlat(module: Uint8Array, params: Params, env: Env = {}): Outcome {
  const compiled = new WebAssembly.Module(Uint8Array.from(module));
  const lines: string[] = [];
  let memory: WebAssembly.Memory | undefined;
  const log = (level: number, target: bigint, text: bigint) => {
    lines.push(`${level} ${textAt(memory!, target)}: ${textAt(memory!, text)}`);
  };
  const functions = WebAssembly.Module.imports(compiled).map(({ name }) => {
    if (name === 'ext_logging_log_version_1') return [name, log] as const;
    const given = env[name];
    const missing = () => {
      throw new Error(`${name} was called`);
    };
    return [name, given ? (...args: never[]) => given(memory!, ...args) : missing] as const;
  });
  const { exports } = new WebAssembly.Instance(compiled, { env: Object.fromEntries(functions) });
  memory = exports.memory as WebAssembly.Memory;
  const encoded = parameters(params.head, params.block, params.relayParent);
  // Behind the header of the host's allocator.
  const place = ((exports.__heap_base as WebAssembly.Global).value as number) + 8;
  new Uint8Array(memory.buffer).set(encoded, place);
  try {
    const packed = BigInt.asUintN(
      64,
      (exports.validate_block as CallableFunction)(place, encoded.length) as bigint,
    );
    const start = Number(packed & 0xffff_ffffn);
    return { result: new Uint8Array(memory.buffer).slice(start, start + Number(packed >> 32n)), lines };
  } catch (error) {
    // Running out of stack is a RangeError in V8.
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError)
      return { result: undefined, lines };
    throw error;
  }
}

function textAt(memory: WebAssembly.Memory, range: bigint): string {
  return Buffer.from(memory.buffer, Number(range & 0xffff_ffffn), Number(range >> 32n)).toString();
}

/** The head data that the component's own core module returns when it is called by the canonical ABI, or undefined. */
export function runOriginal(module: Uint8Array, params: Params): Uint8Array | undefined {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(module)), {});
  const memory = exports.memory as WebAssembly.Memory;
  const realloc = exports.cabi_realloc as CallableFunction;
  const lower = (bytes: Uint8Array): [number, number] => {
    const pointer = realloc(0, 0, 1, bytes.length) as number;
    new Uint8Array(memory.buffer).set(bytes, pointer);
    return [pointer, bytes.length];
  };
  const args = [
    ...lower(params.head),
    ...lower(params.block),
    params.relayParent ?? 7,
    ...lower(Buffer.alloc(32, 0xaa)),
  ];
  try {
    const at = (exports['validate-block'] as CallableFunction)(...args) as number;
    const view = new DataView(memory.buffer);
    const [pointer, length] = [view.getUint32(at + 4, true), view.getUint32(at + 8, true)];
    return new Uint8Array(memory.buffer).slice(pointer, pointer + length);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return undefined;
    throw error;
  }
}

/** Head data of an encoded result. */
export function headOf(result: Uint8Array): Uint8Array {
  const mode = result[0]! & 3;
  const view = new DataView(result.buffer, result.byteOffset);
  if (mode === 0) return result.subarray(1, 1 + (result[0]! >> 2));
  if (mode === 1) return result.subarray(2, 2 + (view.getUint16(0, true) >> 2));
  return result.subarray(4, 4 + (view.getUint32(0, true) >>> 2));
}
