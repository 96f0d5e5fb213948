/** Building blocks for modules as bytes: tests that need exact or broken encodings. */

export type Bytes = readonly number[];

export function u32(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const byte = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? byte : byte | 0x80);
  } while (rest !== 0);
  return bytes;
}

export function i32(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value | 0; ; rest >>= 7) {
    const done = rest >= -0x40 && rest < 0x40;
    bytes.push((rest & 0x7f) | (done ? 0 : 0x80));
    if (done) return bytes;
  }
}

export function i64(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = BigInt.asIntN(64, value); ; rest >>= 7n) {
    const done = rest >= -0x40n && rest < 0x40n;
    bytes.push(Number(rest & 0x7fn) | (done ? 0 : 0x80));
    if (done) return bytes;
  }
}

export const f32 = (value: number): number[] => [...new Uint8Array(new Float32Array([value]).buffer)];
export const f64 = (value: number): number[] => [...new Uint8Array(new Float64Array([value]).buffer)];

export const name = (text: string): number[] => {
  const bytes = new TextEncoder().encode(text);
  return [...u32(bytes.length), ...bytes];
};

/** A vector: count, then the items' bytes. */
export const vector = (items: readonly Bytes[]): number[] => [...u32(items.length), ...items.flat()];

export const I32 = 0x7f;
export const I64 = 0x7e;
export const F32 = 0x7d;
export const F64 = 0x7c;
export const END = 0x0b;

export const type = (params: Bytes, results: Bytes): number[] => [
  0x60,
  ...u32(params.length),
  ...params,
  ...u32(results.length),
  ...results,
];

/** A body from local groups (count, type) and instructions without the final `end`. */
export function body(code: Bytes, locals: readonly (readonly [number, number])[] = []): number[] {
  const contents = [...vector(locals.map(([count, kind]) => [...u32(count), kind])), ...code, END];
  return [...u32(contents.length), ...contents];
}

export const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

export const section = (id: number, contents: Bytes): number[] => [id, ...u32(contents.length), ...contents];

export const custom = (title: string, contents: Bytes = []): number[] =>
  section(0, [...name(title), ...contents]);

export const module = (...sections: readonly Bytes[]): Uint8Array =>
  new Uint8Array([...HEADER, ...sections.flat()]);

export interface Parts {
  readonly types?: readonly Bytes[];
  readonly imports?: readonly Bytes[];
  readonly functions?: Bytes;
  readonly tables?: readonly Bytes[];
  readonly memories?: readonly Bytes[];
  readonly globals?: readonly Bytes[];
  readonly exports?: readonly Bytes[];
  readonly start?: number;
  readonly elements?: readonly Bytes[];
  readonly bodies?: readonly Bytes[];
  readonly data?: readonly Bytes[];
}

/** A module from its parts, in canonical order; a part that is left out has no section. */
export function build(parts: Parts, ...customs: readonly Bytes[]): Uint8Array {
  const sections: number[][] = [];
  const add = (id: number, items: readonly Bytes[] | undefined): void => {
    if (items !== undefined) sections.push(section(id, vector(items)));
  };
  add(1, parts.types);
  add(2, parts.imports);
  add(
    3,
    parts.functions?.map((index) => u32(index)),
  );
  add(4, parts.tables);
  add(5, parts.memories);
  add(6, parts.globals);
  add(7, parts.exports);
  if (parts.start !== undefined) sections.push(section(8, u32(parts.start)));
  add(9, parts.elements);
  add(10, parts.bodies);
  add(11, parts.data);
  return module(...sections, ...customs);
}

export const exported = (title: string, kind: number, index: number): number[] => [
  ...name(title),
  kind,
  ...u32(index),
];
export const imported = (from: string, title: string, rest: Bytes): number[] => [
  ...name(from),
  ...name(title),
  ...rest,
];
export const limits = (minimum: number, maximum?: number): number[] =>
  maximum === undefined ? [0, ...u32(minimum)] : [1, ...u32(minimum), ...u32(maximum)];
export const table = (minimum: number, maximum?: number): number[] => [0x70, ...limits(minimum, maximum)];
export const element = (offset: number, members: Bytes): number[] => [
  0,
  0x41,
  ...i32(offset),
  END,
  ...vector(members.map((member) => u32(member))),
];
export const dataSegment = (offset: number, bytes: Bytes): number[] => [
  0,
  0x41,
  ...i32(offset),
  END,
  ...u32(bytes.length),
  ...bytes,
];
