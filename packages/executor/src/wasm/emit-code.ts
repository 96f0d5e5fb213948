import { canonicalise, type ScratchVariable } from './canonical-nan.ts';
import { RewriteError } from './errors.ts';
import { copyInstruction } from './instructions.ts';
import type { Metering } from './metering.ts';
import { CANONICAL_RESULT, Op, ValueType } from './opcodes.ts';
import type { Reader } from './reader.ts';
import { type ScanState, Scratch } from './scan-state.ts';
import type { ThunkPlan } from './thunks.ts';
import type { Writer } from './writer.ts';

/** A limit of V8; the reference's compiler has none as such. */
const V8_MAX_BODY_BYTES = 7_654_321;

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
  const written = out.endSized(size);
  if (state.engine && written > V8_MAX_BODY_BYTES) {
    throw new RewriteError('PREPARATION', 'function body above 7,654,321 bytes after metering', {
      section: 'code',
      functionIndex: importedFunctions + index,
    });
  }
  reader.pos = end;
  return edit;
}

interface ScratchVariables {
  readonly f32: ScratchVariable;
  readonly f64: ScratchVariable;
}

/** Copies the local declarations and adds the scratch locals that NaN canonicalisation needs. */
function emitLocals(reader: Reader, out: Writer, state: ScanState, index: number): ScratchVariables {
  const needs = state.scratch[index]!;
  const inGlobals = (needs & Scratch.inGlobals) !== 0;
  const f32 = !inGlobals && (needs & Scratch.f32) !== 0;
  const f64 = !inGlobals && (needs & Scratch.f64) !== 0;
  const groups = reader.u32();
  out.u32(groups + (f32 ? 1 : 0) + (f64 ? 1 : 0));
  let locals = f32 || f64 ? state.typeParams.at(state.functionTypes.at(state.importedFunctions + index)) : 0;
  for (let i = 0; i < groups; i++) {
    const count = reader.u32();
    out.u32(count);
    out.byte(reader.byte());
    locals += count;
  }
  for (const [needed, type] of [
    [f32, ValueType.f32],
    [f64, ValueType.f64],
  ] as const) {
    if (!needed) continue;
    out.byte(1);
    out.byte(type);
  }
  // The metering global follows the module's own, then come the scratch globals.
  const first = inGlobals ? state.globals.length + 1 : locals;
  return {
    f32: { global: inGlobals, index: first },
    f64: { global: inGlobals, index: first + (inGlobals || f32 ? 1 : 0) },
  };
}
