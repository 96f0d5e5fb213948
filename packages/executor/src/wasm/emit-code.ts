import type { CallMetering } from './call-metering.ts';
import { canonicalise, type ScratchVariable } from './canonical-nan.ts';
import { RewriteError } from './errors.ts';
import { copyInstruction } from './instructions.ts';
import type { MeteringChoice } from './metering-choice.ts';
import { CANONICAL_RESULT, Op, ValueType } from './opcodes.ts';
import type { Reader } from './reader.ts';
import { type ScanState, Trait } from './scan-state.ts';
import type { ThunkPlan } from './thunks.ts';
import type { Writer } from './writer.ts';

/** A limit of V8; the reference's compiler has none as such. */
const V8_MAX_BODY_BYTES = 7_654_321;

/** Writes the code section's contents: the bodies in order, then the thunks'. */
export class CodeEmitter {
  readonly #reader: Reader;
  readonly #out: Writer;
  readonly #state: ScanState;
  readonly #metering: MeteringChoice;
  /** Next entries of `state.edits` and `state.returns`. */
  #edit = 0;
  #nextReturn = 0;

  constructor(reader: Reader, out: Writer, state: ScanState, metering: MeteringChoice) {
    this.#reader = reader;
    this.#out = out;
    this.#state = state;
    this.#metering = metering;
  }

  emit(thunks: ThunkPlan): void {
    const reader = this.#reader;
    const out = this.#out;
    const state = this.#state;
    const { calls } = this.#metering;
    const count = reader.u32();
    out.u32(count + thunks.targets.length);
    for (let i = 0; i < count; i++) {
      const size = reader.u32();
      this.#body(i, reader.pos + size);
    }
    for (const target of thunks.targets) {
      const params = state.typeParams.at(state.functionTypes.at(target));
      calls!.thunk(out, target, state.costs[target - state.importedFunctions]!, params);
    }
  }

  #body(index: number, end: number): void {
    const reader = this.#reader;
    const out = this.#out;
    const state = this.#state;
    const { entries } = this.#metering;
    const size = out.beginSized(end - reader.pos);
    const scratch = this.#locals(index);
    const cost = state.costs[index]!;
    const calls = (state.traits[index]! & Trait.calls) !== 0;
    const wrapped = entries?.enter(out, cost, calls, this.#resultOf(index)) === true;
    this.#instructions(end, scratch, wrapped);
    if (wrapped) entries!.leave(out, cost);
    out.byte(Op.end);
    if (out.endSized(size) > V8_MAX_BODY_BYTES && state.engine) {
      throw new RewriteError('PREPARATION', 'function body above 7,654,321 bytes after metering', {
        section: 'code',
        functionIndex: state.importedFunctions + index,
      });
    }
    reader.pos = end;
  }

  /** Everything up to the function's final `end`, which is not written. */
  #instructions(end: number, scratch: ScratchVariables, wrapped: boolean): void {
    const reader = this.#reader;
    const out = this.#out;
    const state = this.#state;
    const { code, edits } = state;
    let copied = reader.pos;
    while (this.#edit < edits.length && edits.at(this.#edit) < end) {
      const at = edits.at(this.#edit++);
      const opcode = code[at]!;
      out.copy(code, copied, at);
      reader.pos = at;
      const canonical = CANONICAL_RESULT[opcode]!;
      if (canonical !== 0) {
        reader.pos++;
        out.byte(opcode);
        canonicalise(out, canonical, canonical === ValueType.f32 ? scratch.f32 : scratch.f64);
      } else if (opcode === Op.return) {
        reader.pos++;
        const label = state.returns.at(this.#nextReturn++);
        out.byte(wrapped ? Op.br : Op.return);
        if (wrapped) out.u32(label);
      } else if (opcode === Op.call && this.#metering.calls !== undefined) {
        reader.pos++;
        this.#call(this.#metering.calls, reader.u32());
      } else {
        copyInstruction(reader, out);
      }
      copied = reader.pos;
    }
    out.copy(code, copied, end - 1);
  }

  #call(metering: CallMetering, callee: number): void {
    const out = this.#out;
    const state = this.#state;
    if (callee >= state.importedFunctions) {
      metering.call(out, callee, state.costs[callee - state.importedFunctions]!);
      return;
    }
    out.byte(Op.call);
    out.u32(callee);
  }

  #resultOf(index: number): number {
    const state = this.#state;
    return state.typeResult.at(state.functionTypes.at(state.importedFunctions + index));
  }

  /** Copies the local declarations and adds the scratch locals that NaN canonicalisation needs. */
  #locals(index: number): ScratchVariables {
    const reader = this.#reader;
    const out = this.#out;
    const state = this.#state;
    const traits = state.traits[index]!;
    const inGlobals = (traits & Trait.scratchInGlobals) !== 0;
    const f32 = !inGlobals && (traits & Trait.f32) !== 0;
    const f64 = !inGlobals && (traits & Trait.f64) !== 0;
    const groups = reader.u32();
    out.u32(groups + (f32 ? 1 : 0) + (f64 ? 1 : 0));
    let locals =
      f32 || f64 ? state.typeParams.at(state.functionTypes.at(state.importedFunctions + index)) : 0;
    for (let i = 0; i < groups; i++) {
      const count = reader.u32();
      out.u32(count);
      out.byte(reader.byte());
      locals += count;
    }
    if (f32) out.all(new Uint8Array([1, ValueType.f32]));
    if (f64) out.all(new Uint8Array([1, ValueType.f64]));
    // The metering global follows the module's own, then come the scratch globals.
    const first = inGlobals ? state.globals.length + 1 : locals;
    return {
      f32: { global: inGlobals, index: first },
      f64: { global: inGlobals, index: first + (inGlobals || f32 ? 1 : 0) },
    };
  }
}

interface ScratchVariables {
  readonly f32: ScratchVariable;
  readonly f64: ScratchVariable;
}
