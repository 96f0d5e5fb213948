import { name, u32, vector } from './binary.ts';

/** `code` with a name section that names these functions. */
export function named(code: Uint8Array, functions: readonly (readonly [number, string])[]): Uint8Array {
  const names = vector(functions.map(([index, text]) => [...u32(index), ...name(text)]));
  return withNameSection(code, [1, ...u32(names.length), ...names]);
}

/** `code` with a name section of these contents. */
export function withNameSection(code: Uint8Array, contents: readonly number[]): Uint8Array {
  const section = [...name('name'), ...contents];
  return Uint8Array.from([...code, 0, ...u32(section.length), ...section]);
}
