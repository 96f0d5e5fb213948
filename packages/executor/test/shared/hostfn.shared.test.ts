import { describe, expect, test } from 'vitest';
import {
  createHostFunctions,
  HOST_FUNCTION_SIGNATURES,
  type HostFunctions,
} from '../../src/host-functions/index.ts';
import { rewriteModule } from '../../src/wasm/index.ts';
import { loadVectors } from './vectors.ts';

type Argument =
  | { ptr: string }
  | { fat: string }
  | { fat_raw: [number, number] }
  | { fat_inout: string }
  | { i32: number }
  | { i64: string };

interface Call {
  function: string;
  args: Argument[];
}

interface SignatureRecord {
  kind: 'signature';
  function: string;
  params: string[];
  results: string[];
  requires_ecc_param: boolean;
}

interface CaseRecord extends Call {
  kind: 'case';
  name: string;
  heap_base: number;
  before?: Call[];
  wasm?: string;
  executor_params?: { type: string; value?: string }[];
  result: Record<string, unknown>;
}

const records = loadVectors<SignatureRecord | CaseRecord>('hostfn.json');
const signatures = records.filter((record) => record.kind === 'signature');
const cases = records.filter((record) => record.kind === 'case');

const PAGE = 65_536;
/** Arguments lie above the first few allocations of a case. */
const ARGUMENTS = 16 * PAGE;

class Guest {
  readonly memory = new WebAssembly.Memory({ initial: 96, maximum: 2080 });
  readonly functions: HostFunctions;
  #next = ARGUMENTS;
  inout: { address: number; length: number } | undefined;

  constructor(record: CaseRecord) {
    this.functions = createHostFunctions({
      memory: this.memory,
      maxPages: 2080,
      eccEnabled: record.executor_params?.some(({ type }) => type === 'EnabledHostFunction') ?? false,
      loggingMaxLevel: 1,
    });
    this.functions.setHeapBase(record.heap_base);
    // The reference has allocated the empty parameters before the guest runs.
    this.functions.allocate(0);
  }

  #place(hex: string): { address: number; length: number } {
    const bytes = Buffer.from(hex, 'hex');
    const address = this.#next;
    new Uint8Array(this.memory.buffer).set(bytes, address);
    this.#next = (address + bytes.length + 63) & ~63;
    return { address, length: bytes.length };
  }

  #argument(argument: Argument): number | bigint {
    if ('i32' in argument) return argument.i32;
    if ('i64' in argument) return BigInt(argument.i64);
    if ('ptr' in argument) return this.#place(argument.ptr).address;
    if ('fat_raw' in argument) return (BigInt(argument.fat_raw[1]) << 32n) | BigInt(argument.fat_raw[0]);
    const place = this.#place('fat' in argument ? argument.fat : argument.fat_inout);
    if ('fat_inout' in argument) this.inout = place;
    return (BigInt(place.length) << 32n) | BigInt(place.address);
  }

  call({ function: name, args }: Call): unknown {
    const host = this.functions.imports[name] as ((...args: (number | bigint)[]) => unknown) | undefined;
    if (host === undefined) throw new WebAssembly.RuntimeError(`call to a missing function ${name}`);
    return host(...args.map((argument) => this.#argument(argument)));
  }

  hex(address: number, length: number): string {
    return Buffer.from(this.memory.buffer, address, length).toString('hex');
  }
}

function run(record: CaseRecord): Record<string, unknown> {
  const guest = new Guest(record);
  let value: unknown;
  try {
    for (const call of record.before ?? []) guest.call(call);
    value = guest.call(record);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return { error: true };
    throw error;
  }
  const expected = record.result;
  if (typeof value === 'bigint') {
    const fat = BigInt.asUintN(64, value);
    const address = Number(fat & 0xffffffffn);
    const length = Number(fat >> 32n);
    return { bytes: guest.hex(address, length), fat_len: length, fat_ptr: address };
  }
  if (value === undefined) return { none: true };
  if ('pointer' in expected) {
    const length = String(expected.bytes).length / 2;
    return { bytes: guest.hex(value as number, length), pointer: value };
  }
  if ('buffer' in expected) {
    return { buffer: guest.hex(guest.inout!.address, guest.inout!.length), i32: value };
  }
  return { i32: value };
}

test('there are as many records as the README of the vectors says', () => {
  expect(records).toHaveLength(2058);
});

test('the table of signatures is the reference’s', () => {
  expect(new Set(HOST_FUNCTION_SIGNATURES.keys())).toEqual(new Set(signatures.map((s) => s.function)));
  for (const expected of signatures) {
    const actual = HOST_FUNCTION_SIGNATURES.get(expected.function)!;
    expect(actual.params, expected.function).toEqual(expected.params);
    expect(actual.results, expected.function).toEqual(expected.results);
    expect(actual.eccOnly, expected.function).toBe(expected.requires_ecc_param);
  }
});

const byFunction = Map.groupBy(cases, (record) => record.function);

describe.each([...byFunction.keys()])('%s', (name) => {
  test.each(byFunction.get(name)!.map((record) => [record.name, record] as const))('%s', (_, record) => {
    const expected = 'error' in record.result ? { error: true } : record.result;
    expect(run(record)).toEqual(expected);
  });
});

/** What the record's guest returns: the raw result, then the bytes it points to or the buffer. */
function outputOf(result: Record<string, unknown>): string {
  const little = (value: bigint | number, bits: 32 | 64) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt.asUintN(bits, BigInt(value)));
    return bytes.toString('hex', 0, bits / 8);
  };
  if ('fat_ptr' in result) {
    const fat = (BigInt(result.fat_len as number) << 32n) | BigInt(result.fat_ptr as number);
    return little(fat, 64) + String(result.bytes);
  }
  if ('pointer' in result) return little(result.pointer as number, 32) + String(result.bytes);
  if ('buffer' in result) return little(result.i32 as number, 32) + String(result.buffer);
  return 'i32' in result ? little(result.i32 as number, 32) : '';
}

function runGuest(record: CaseRecord): string | undefined {
  const code = rewriteModule(Buffer.from(record.wasm!, 'hex'), {
    stackLogicalMax: 65_536,
    target: 'engine',
  });
  const module = new WebAssembly.Module(code as BufferSource);
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 2080 });
  const functions = createHostFunctions({
    memory,
    maxPages: 2080,
    eccEnabled: record.executor_params?.some(({ type }) => type === 'EnabledHostFunction') ?? false,
    loggingMaxLevel: 1,
  });
  const env: Record<string, WebAssembly.ImportValue> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    if (from === 'env') env[name] = functions.imports[name] ?? trap;
  }
  const { exports } = new WebAssembly.Instance(module, { env, pvf: { memory } });
  functions.setHeapBase((exports.__heap_base as WebAssembly.Global<'i32'>).value);
  try {
    const run = exports.validate_block as (pointer: number, length: number) => bigint;
    const fat = BigInt.asUintN(64, run(functions.allocate(0), 0));
    const [address, length] = [Number(fat & 0xffff_ffffn), Number(fat >> 32n)];
    return Buffer.from(memory.buffer, address, length).toString('hex');
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return undefined;
    throw error;
  }
}

function trap(): never {
  throw new WebAssembly.RuntimeError('call to a missing function');
}

describe('called by a guest', () => {
  const withGuest = cases.filter((record) => record.wasm !== undefined);

  test.each(withGuest.map((record) => [record.name, record] as const))('%s', (_, record) => {
    expect(runGuest(record)).toBe('error' in record.result ? undefined : outputOf(record.result));
  });
});
