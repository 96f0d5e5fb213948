import { Op, ValueType } from './opcodes.ts';
import type { Writer } from './writer.ts';

const F32_NAN = new Uint8Array([Op.f32Const, 0x00, 0x00, 0xc0, 0x7f]);
const F64_NAN = new Uint8Array([Op.f64Const, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf8, 0x7f]);

/**
 * Replaces the float on top of the stack by the canonical NaN if it is any NaN:
 * `value == value ? value : NaN`. `scratch` is a local of the value's type that nothing else uses.
 */
export function canonicalise(out: Writer, type: number, scratch: number): void {
  const single = type === ValueType.f32;
  out.byte(Op.localTee);
  out.u32(scratch);
  out.all(single ? F32_NAN : F64_NAN);
  for (let i = 0; i < 2; i++) {
    out.byte(Op.localGet);
    out.u32(scratch);
  }
  out.byte(single ? Op.f32Eq : Op.f64Eq);
  out.byte(Op.select);
}
