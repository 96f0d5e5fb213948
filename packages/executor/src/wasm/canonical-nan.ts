import { Op, ValueType } from './opcodes.ts';
import type { Writer } from './writer.ts';

const F32_NAN = new Uint8Array([Op.f32Const, 0x00, 0x00, 0xc0, 0x7f]);
const F64_NAN = new Uint8Array([Op.f64Const, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf8, 0x7f]);

/** Where to keep a value for a moment: a local or, if a function has no room for one, a global. */
export interface ScratchVariable {
  readonly global: boolean;
  readonly index: number;
}

/**
 * Replaces the float on top of the stack by the canonical NaN if it is any NaN:
 * `value == value ? value : NaN`. Nothing else uses the scratch variable, which has the value's type. Of
 * the shapes tried (branch, integer select, blend) this is the fastest that V8 compiles on x64.
 */
export function canonicalise(out: Writer, type: number, scratch: ScratchVariable): void {
  const single = type === ValueType.f32;
  const get = scratch.global ? Op.globalGet : Op.localGet;
  if (scratch.global) {
    instruction(out, Op.globalSet, scratch.index);
    instruction(out, Op.globalGet, scratch.index);
  } else {
    instruction(out, Op.localTee, scratch.index);
  }
  out.all(single ? F32_NAN : F64_NAN);
  instruction(out, get, scratch.index);
  instruction(out, get, scratch.index);
  out.byte(single ? Op.f32Eq : Op.f64Eq);
  out.byte(Op.select);
}

function instruction(out: Writer, opcode: number, index: number): void {
  out.byte(opcode);
  out.u32(index);
}
