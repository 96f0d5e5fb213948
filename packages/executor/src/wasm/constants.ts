import { skipInstruction } from './instructions.ts';
import { Op } from './opcodes.ts';
import type { Reader } from './reader.ts';
import { MUTABLE, type ScanState } from './scan-state.ts';

/**
 * Steps over an initialiser. Returns the value type it yields if it is a constant expression of the MVP
 * (one constant, or an imported immutable global), 0 otherwise; `state.constant` is its value if it is an
 * `i32.const`. V8 would accept more: sums and products
 * (extended-const) and globals of the module itself.
 */
export function constantType(reader: Reader, state: ScanState): number {
  const start = reader.pos;
  state.constant = undefined;
  const opcode = skipInstruction(reader);
  if (opcode === Op.end) return 0;
  if (skipInstruction(reader) !== Op.end) {
    while (skipInstruction(reader) !== Op.end);
    return 0;
  }
  const end = reader.pos;
  reader.pos = start + 1;
  if (opcode === Op.i32Const) state.constant = reader.i32() >>> 0;
  const index = opcode === Op.globalGet ? reader.u32() : 0;
  reader.pos = end;
  if (opcode >= Op.i32Const && opcode <= Op.f64Const) return 0x7f - (opcode - Op.i32Const);
  if (opcode !== Op.globalGet) return 0;
  if (index >= state.importedGlobals) return 0;
  const global = state.globals.at(index);
  return (global & MUTABLE) === 0 ? global : 0;
}
