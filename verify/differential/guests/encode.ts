/** The little of WebAssembly's binary format that the generator needs. */

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64';
export const VALUE_TYPES: readonly ValueType[] = ['i32', 'i64', 'f32', 'f64'];
const TYPE_CODES = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c } as const;

export interface FunctionType {
  params: readonly ValueType[];
  result: ValueType | undefined;
}

export const typeCode = (type: ValueType): number => TYPE_CODES[type];
export const blockType = (result: ValueType | undefined): number => (result ? typeCode(result) : 0x40);

export function uleb(value: number): number[] {
  const out: number[] = [];
  let rest = value >>> 0;
  do {
    const byte = rest & 0x7f;
    rest >>>= 7;
    out.push(rest === 0 ? byte : byte | 0x80);
  } while (rest !== 0);
  return out;
}

export function sleb(value: bigint): number[] {
  const out: number[] = [];
  let rest = value;
  for (;;) {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    const done = (rest === 0n && (byte & 0x40) === 0) || (rest === -1n && (byte & 0x40) !== 0);
    out.push(done ? byte : byte | 0x80);
    if (done) return out;
  }
}

export const i32Const = (value: number): number[] => [0x41, ...sleb(BigInt(value | 0))];
export const i64Const = (value: bigint): number[] => [0x42, ...sleb(BigInt.asIntN(64, value))];

/** `f32.const` / `f64.const` with exactly these bits. */
export function floatConst(type: 'f32' | 'f64', bits: bigint): number[] {
  const length = type === 'f32' ? 4 : 8;
  const out = [type === 'f32' ? 0x43 : 0x44];
  for (let i = 0; i < length; i++) out.push(Number((bits >> BigInt(8 * i)) & 0xffn));
  return out;
}

export const vector = (items: readonly (readonly number[])[]): number[] => [
  ...uleb(items.length),
  ...items.flat(),
];
export const name = (text: string): number[] => {
  const bytes = [...new TextEncoder().encode(text)];
  return [...uleb(bytes.length), ...bytes];
};
export const sized = (bytes: readonly number[]): number[] => [...uleb(bytes.length), ...bytes];

/** A section, or nothing if its vector is empty. */
export function section(id: number, items: readonly (readonly number[])[]): number[] {
  return items.length === 0 ? [] : [id, ...sized(vector(items))];
}

export const encodeType = (type: FunctionType): number[] => [
  0x60,
  ...vector(type.params.map((param) => [typeCode(param)])),
  ...vector(type.result ? [[typeCode(type.result)]] : []),
];

export const MODULE_HEADER: readonly number[] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
