import { canonicalise } from './canonical-nan.ts';
import { copyInstruction } from './instructions.ts';
import type { Metering } from './metering.ts';
import { CANONICAL_RESULT, Op, ValueType } from './opcodes.ts';
import type { Reader } from './reader.ts';
import type { ScanState } from './scan-state.ts';
import type { ThunkPlan } from './thunks.ts';
import type { Writer } from './writer.ts';

/** Writes the code section's contents: the bodies in order, then the thunks'. */
export function emitCode(
  reader: Reader,
  out: Writer,
  state: ScanState,
  metering: Metering | undefined,
  thunks: ThunkPlan,
): void {
  const count = reader.u32();
  out.u32(count + thunks.targets.length);
  let edit = 0;
  for (let i = 0; i < count; i++) {
    const size = reader.u32();
    edit = emitBody(reader, reader.pos + size, out, state, metering, i, edit);
  }
  if (metering === undefined) return;
  for (const target of thunks.targets) {
    const params = state.typeParams.at(state.functionTypes.at(target));
    metering.thunk(out, target, state.costs[target - state.importedFunctions]!, params);
  }
}

function emitBody(
  reader: Reader,
  end: number,
  out: Writer,
  state: ScanState,
  metering: Metering | undefined,
  index: number,
  firstEdit: number,
): number {
  const { code, edits, importedFunctions } = state;
  const size = out.beginSized(end - reader.pos);
  const scratch = emitLocals(reader, out, state, index);
  let copied = reader.pos;
  let edit = firstEdit;
  while (edit < edits.length && edits.at(edit) < end) {
    const at = edits.at(edit++);
    const opcode = code[at]!;
    out.copy(code, copied, at);
    reader.pos = at;
    const canonical = CANONICAL_RESULT[opcode]!;
    if (canonical !== 0) {
      reader.pos++;
      out.byte(opcode);
      canonicalise(out, canonical, canonical === ValueType.f32 ? scratch.f32 : scratch.f64);
    } else if (opcode === Op.call && metering !== undefined) {
      reader.pos++;
      const callee = reader.u32();
      if (callee >= importedFunctions) {
        metering.call(out, callee, state.costs[callee - importedFunctions]!);
      } else {
        out.byte(Op.call);
        out.u32(callee);
      }
    } else {
      copyInstruction(reader, out);
    }
    copied = reader.pos;
  }
  out.copy(code, copied, end);
  out.endSized(size);
  reader.pos = end;
  return edit;
}

interface Scratch {
  f32: number;
  f64: number;
}

/** Copies the local declarations and adds the scratch locals that NaN canonicalisation needs. */
function emitLocals(reader: Reader, out: Writer, state: ScanState, index: number): Scratch {
  const needs = state.scratch[index]!;
  const groups = reader.u32();
  out.u32(groups + (needs & 1) + (needs >> 1));
  let locals = needs === 0 ? 0 : state.typeParams.at(state.functionTypes.at(state.importedFunctions + index));
  for (let i = 0; i < groups; i++) {
    const count = reader.u32();
    out.u32(count);
    out.byte(reader.byte());
    locals += count;
  }
  const scratch = { f32: locals, f64: locals };
  if ((needs & 1) !== 0) {
    out.byte(1);
    out.byte(ValueType.f32);
    scratch.f64++;
  }
  if ((needs & 2) !== 0) {
    out.byte(1);
    out.byte(ValueType.f64);
  }
  return scratch;
}
