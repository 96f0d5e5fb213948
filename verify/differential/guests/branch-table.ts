import { blockType, i64Const, uleb, VALUE_TYPES, type ValueType } from './encode.ts';
import { oneFunctionGuest } from './fixed.ts';

/** What the targets of the table take; `mixed`: they differ, which is valid only in dead code without operands. */
export type TableArgument = ValueType | 'nothing' | 'mixed';
export const TABLE_ARGUMENTS: readonly TableArgument[] = ['nothing', ...VALUE_TYPES, 'mixed'];
/** `dead-bare`: in dead code, on an empty stack. */
export type TablePlace = 'reached' | 'dead' | 'dead-bare';
export const TABLE_PLACES: readonly TablePlace[] = ['reached', 'dead', 'dead-bare'];

const LEVELS = 8;
const EMPTY_BLOCK = 0x40;
const OUTPUT = 0;
/** Where the block data begins in the SCALE of parameters with an empty head and less than 64 bytes of block data. */
const BLOCK_DATA = 2;

const FROM_I64: Readonly<Record<ValueType, readonly number[]>> = {
  i32: [0xa7],
  i64: [],
  f32: [0xa7, 0xbe],
  f64: [0xbf],
};
const TO_I64: typeof FROM_I64 = { i32: [0xad], i64: [], f32: [0xbc, 0xad], f64: [0xbd] };

/**
 * A PVF around one `br_table` with so many targets besides the default. Its block data is the index (i32) and the value
 * that goes to the target (i64, reinterpreted); the last 8 bytes of its result are that value plus the target's number.
 */
export function branchTableGuest(targets: number, argument: TableArgument, place: TablePlace): Uint8Array {
  const typeOf = (level: number): ValueType | undefined => {
    if (argument === 'mixed') return VALUE_TYPES[level % VALUE_TYPES.length];
    return argument === 'nothing' ? undefined : argument;
  };
  const code: number[] = [0x02, EMPTY_BLOCK];
  for (let level = LEVELS - 1; level >= 0; level--) code.push(0x02, blockType(typeOf(level)));
  if (place !== 'reached') code.push(0x0c, LEVELS);
  if (place !== 'dead-bare') {
    const type = typeOf(0);
    if (type !== undefined) code.push(0x20, 0, 0x29, 0, BLOCK_DATA + 4, ...FROM_I64[type]);
    code.push(0x20, 0, 0x28, 0, BLOCK_DATA);
  }
  code.push(0x0e, ...uleb(targets));
  for (let i = 0; i <= targets; i++) code.push((Math.imul(i, 0x9e3779b1) >>> 20) % LEVELS);
  for (let level = 0; level < LEVELS; level++) {
    const type = typeOf(level);
    code.push(0x0b, ...(type === undefined ? i64Const(0n) : TO_I64[type]), ...i64Const(BigInt(level)));
    code.push(0x7c, 0x21, 2, 0x0c, LEVELS - 1 - level);
  }
  // SCALE of an empty head, no code, no messages and the two numbers at the end.
  code.push(0x0b, 0x41, OUTPUT, 0x20, 2, 0x37, 0, 4, ...i64Const((12n << 32n) | BigInt(OUTPUT)));
  return oneFunctionGuest(code, { locals: [[1, 0x7e]] });
}
