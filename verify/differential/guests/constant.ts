import type { Random } from '../random.ts';
import { floatConst, i32Const, i64Const, type ValueType } from './encode.ts';
import { F32_BITS, F64_BITS, I32_VALUES, I64_VALUES } from './ops.ts';

/** A constant: mostly one where instructions behave specially. */
export function constant(random: Random, type: ValueType): number[] {
  const special = random.chance(0.7);
  const wide = (): bigint => (BigInt(random.u32()) << 32n) | BigInt(random.u32());
  switch (type) {
    case 'i32':
      return i32Const(special ? random.pick(I32_VALUES) : random.u32());
    case 'i64':
      return i64Const(special ? random.pick(I64_VALUES) : wide());
    case 'f32':
      return floatConst('f32', special ? random.pick(F32_BITS) : BigInt(random.u32()));
    case 'f64':
      return floatConst('f64', special ? random.pick(F64_BITS) : wide());
  }
}
