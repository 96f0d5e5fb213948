/** LEB128. */
function u32(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...u32(value >>> 7)];
}

function sized(bytes: readonly number[]): number[] {
  return [...u32(bytes.length), ...bytes];
}

const text = (value: string): number[] => sized([...Buffer.from(value)]);

/** `code` with a name section that names these functions, by their indexes in ascending order. */
export function named(code: Uint8Array, functions: readonly (readonly [number, string])[]): Uint8Array {
  const names = [
    ...u32(functions.length),
    ...functions.flatMap(([index, name]) => [...u32(index), ...text(name)]),
  ];
  const section = [...text('name'), 1, ...sized(names)];
  return Uint8Array.from([...code, 0, ...sized(section)]);
}
