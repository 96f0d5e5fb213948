// Signatures and curve points at the edges, one test for each kind: 3,068 records, in a few seconds each.
import { expect, test } from 'vitest';
import { createHostFunctions, type HostFunctions } from '../../src/host-functions/index.ts';
import { lcgBytes, loadVectors } from './vectors.ts';

/** Functions of a record of signatures share a result under one key, names separated by spaces. */
interface SignatureRecord {
  c: string;
  f: Record<string, number | string>;
  s: string;
  k?: string;
  m: string | [seed: number, len: number];
}

interface CurveRecord {
  f: string;
  a?: string[];
  o: number | string;
  r?: number | 'trap';
  b?: string;
  p?: string;
  varies?: unknown;
}

type EdgeRecord = SignatureRecord | CurveRecord;

const [header, ...records] = loadVectors<EdgeRecord>('crypto-edge.json') as unknown as [
  { functions: Record<string, string> },
  ...EdgeRecord[],
];
const isCurve = (record: EdgeRecord): record is CurveRecord => typeof record.f === 'string';
const curves = records.filter(isCurve);
const signatures = records.filter((record): record is SignatureRecord => !isCurve(record));
const bytes = (hex: string) => Buffer.from(hex, 'hex');

/** Host functions over a memory; arguments lie below the heap. */
const PAGE = 65_536;
const ARGUMENTS = 4 * PAGE;
const HEAP_BASE = 64 * PAGE;

class Caller {
  readonly #memory = new WebAssembly.Memory({ initial: 96, maximum: 2080 });
  readonly #functions: HostFunctions = createHostFunctions({
    memory: this.#memory,
    maxPages: 2080,
    eccEnabled: true,
    loggingMaxLevel: 1,
  });
  #next = ARGUMENTS;

  constructor() {
    this.#functions.setHeapBase(HEAP_BASE);
  }

  pointer(content: Uint8Array): number {
    if (this.#next + content.length > HEAP_BASE) this.#next = ARGUMENTS;
    const address = this.#next;
    new Uint8Array(this.#memory.buffer).set(content, address);
    this.#next = (address + content.length + 15) & ~15;
    return address;
  }

  fat(content: Uint8Array): bigint {
    return (BigInt(content.length) << 32n) | BigInt(this.pointer(content));
  }

  hex(fat: bigint): string {
    const address = Number(fat & 0xffff_ffffn);
    return Buffer.from(this.#memory.buffer, address, Number(BigInt.asUintN(64, fat) >> 32n)).toString('hex');
  }

  call(name: string, ...args: (number | bigint)[]): number | bigint | 'trap' {
    const host = this.#functions.imports[header.functions[name] as string] as (
      ...args: (number | bigint)[]
    ) => number | bigint;
    try {
      return host(...args);
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) return 'trap';
      throw error;
    }
  }

  free(fat: bigint): void {
    const free = this.#functions.imports.ext_allocator_free_version_1 as (pointer: number) => void;
    free(Number(fat & 0xffff_ffffn));
  }
}

function signatureResult(caller: Caller, name: string, { s, k, m }: SignatureRecord): number | string {
  const signature = caller.pointer(bytes(s));
  const message = typeof m === 'string' ? bytes(m) : lcgBytes({ seed: m[0], len: m[1] });
  if (k === undefined) {
    const fat = caller.call(name, signature, caller.pointer(message));
    if (fat === 'trap') return fat;
    const result = caller.hex(fat as bigint);
    caller.free(fat as bigint);
    return result;
  }
  const text = name === 'ecp' ? caller.pointer(message) : caller.fat(message);
  return caller.call(name, signature, text, caller.pointer(bytes(k))) as number | 'trap';
}

/** What the function returned, and the in/out buffer afterwards. */
function curveResult({ f, a, o }: CurveRecord): { r: number | 'trap'; b: string; before: string } {
  const caller = new Caller();
  const content = typeof o === 'string' ? bytes(o) : Buffer.alloc(o, 0xaa);
  const args = (a ?? []).map((hex) => caller.fat(bytes(hex)));
  const out = caller.fat(content);
  const r = caller.call(f, ...args, out) as number | 'trap';
  return { r, b: caller.hex(out), before: content.toString('hex') };
}

test('there are as many records as the README of the vectors says', () => {
  expect(records).toHaveLength(3_068);
  expect(curves).toHaveLength(330);
});

const results = signatures.flatMap((record) =>
  Object.entries(record.f).flatMap(([names, expected]) =>
    names.split(' ').map((name) => ({ name, expected, record })),
  ),
);

test.each([...Map.groupBy(results, ({ name }) => name)])('%s', (name, cases) => {
  const differing: unknown[] = [];
  // Traps poison a batch, so every case of a function that may trap has its own guest.
  let caller = new Caller();
  for (const { record, expected } of cases) {
    if (expected === 'trap') caller = new Caller();
    const result = signatureResult(caller, name, record);
    if (result !== expected) differing.push({ ...record, result });
  }
  expect(differing).toEqual([]);
});

test.each([...Map.groupBy(curves, ({ f }) => f)])('%s', (_, cases) => {
  const differing: unknown[] = [];
  for (const record of cases.filter(({ varies }) => varies === undefined)) {
    const { r, b, before } = curveResult(record);
    if (r !== record.r || b !== (record.b ?? before)) differing.push({ ...record, result: { r, b } });
  }
  expect(differing).toEqual([]);
});

test('where the result of the reference depends on its threads, ours is always the same', () => {
  const varying = curves.filter(({ varies }) => varies !== undefined);
  expect(varying).toHaveLength(2);
  for (const record of varying) {
    const result = curveResult(record);
    expect(result.r).toBe(0);
    expect(curveResult(record)).toEqual(result);
  }
});
