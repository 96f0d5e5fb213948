import {
  encodeType,
  i32Const,
  i64Const,
  MODULE_HEADER,
  name,
  section,
  sized,
  uleb,
  vector,
} from './encode.ts';

/** A module of one function, `validate_block`, with this body; memory of `pages` and a heap base of 4096. */
export function oneFunctionGuest(
  body: readonly number[],
  { pages = 17, locals = [] }: { pages?: number; locals?: readonly (readonly number[])[] } = {},
): Uint8Array {
  return Uint8Array.from([
    ...MODULE_HEADER,
    ...section(1, [encodeType({ params: ['i32', 'i32'], result: 'i64' })]),
    ...section(3, [[0]]),
    ...section(5, [[0, ...uleb(pages)]]),
    ...section(6, [[0x7f, 0, ...i32Const(4096), 0x0b]]),
    ...section(7, [
      [...name('memory'), 2, 0],
      [...name('__heap_base'), 3, 0],
      [...name('validate_block'), 0, 0],
    ]),
    ...section(10, [sized([...vector(locals), ...body, 0x0b])]),
  ]);
}

/** SCALE of an empty head, no code, no messages, zero and `hrmp_watermark` = the length of the parameters. */
export const lengthGuest = (): Uint8Array =>
  oneFunctionGuest([...i32Const(8), 0x20, 1, 0x36, 0, 0, ...i64Const(12n << 32n)], { pages: 600 });

/** Runs until it is stopped. */
export const endlessGuest = (): Uint8Array => oneFunctionGuest([0x03, 0x40, 0x0c, 0, 0x0b, 0x00]);

/** Calls itself until its stack is used up. */
export const recursingGuest = (): Uint8Array => oneFunctionGuest([0x20, 0, 0x20, 1, 0x10, 0]);

/** Takes all memory that it can get, then returns how much there is. */
export const growingGuest = (): Uint8Array =>
  oneFunctionGuest([
    ...[0x03, 0x40, ...i32Const(1), 0x40, 0, ...i32Const(-1), 0x47, 0x0d, 0, 0x0b],
    ...[...i32Const(8), 0x3f, 0, 0x36, 0, 0],
    ...i64Const(12n << 32n),
  ]);

/** Takes far more than 10 MiB to compile; `validate_block` traps. */
export function largeGuest(): Uint8Array {
  const functions = 5000;
  const body = (index: number): number[] => {
    const code: number[] = [];
    for (let step = 0; step < 80; step++)
      code.push(0x20, 1, 0x20, 0, 0x89, ...i64Const(BigInt(index * 1000 + step)), 0x7c, 0x21, 1);
    return sized([...vector([[1, 0x7e]]), ...code, 0x20, 1, 0x0b]);
  };
  return Uint8Array.from([
    ...MODULE_HEADER,
    ...section(1, [
      encodeType({ params: ['i32', 'i32'], result: 'i64' }),
      encodeType({ params: ['i64'], result: 'i64' }),
    ]),
    ...section(3, [[0], ...Array.from({ length: functions }, () => [1])]),
    ...section(5, [[0, 17]]),
    ...section(6, [[0x7f, 0, ...i32Const(4096), 0x0b]]),
    ...section(7, [
      [...name('memory'), 2, 0],
      [...name('__heap_base'), 3, 0],
      [...name('validate_block'), 0, 0],
    ]),
    ...section(10, [sized([0, 0x00, 0x0b]), ...Array.from({ length: functions }, (_, index) => body(index))]),
  ]);
}
