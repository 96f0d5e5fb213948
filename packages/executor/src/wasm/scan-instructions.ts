import { HeightModel } from './height.ts';
import { unknownOpcode } from './instructions.ts';
import {
  CANONICAL_RESULT,
  IGNORES_NAN_BITS,
  NATURAL_ALIGNMENT,
  Op,
  POPS,
  PUSHES,
  SHAPE,
  Shape,
  ValueType,
} from './opcodes.ts';
import type { Reader } from './reader.ts';
import { type ScanState, Trait } from './scan-state.ts';

/**
 * Targets of one `br_table`, without the default, that V8 takes. wasmtime's validation takes 131,072, but its code
 * generator no more than V8, in dead code, too. The only limit of V8 below the reference's is the size of a body (see
 * `emit-code.ts`).
 */
const MAX_BRANCH_TARGETS = 65_520;

const model = new HeightModel();

/** The hot loop: one turn per instruction of the module. Returns the maximum operand height. */
export function scanInstructions(
  reader: Reader,
  state: ScanState,
  index: number,
  variables: number,
  results: number,
): number {
  const { code, end } = reader;
  const { edits, engine, importedFunctions, metersCalls } = state;
  let traits = 0;
  model.begin(results);
  // After a refusal heights mean nothing any more, but the format is still checked to the end.
  let measured = true;
  reader.padded = false;

  while (model.depth > 0) {
    if (model.height > model.maximum && !model.unreachable) model.maximum = model.height;
    if (reader.pos >= end) reader.unexpectedEnd();
    const at = reader.pos;
    const opcode = code[at]!;
    reader.pos = at + 1;
    let fits = true;
    switch (SHAPE[opcode]!) {
      case Shape.plain: {
        fits = model.pop(POPS[opcode]!);
        model.height += PUSHES[opcode]!;
        if (engine) {
          const canonical = CANONICAL_RESULT[opcode]!;
          if (canonical !== 0) {
            state.floatArithmetic = true;
            // Nothing to do if the next instruction takes the value and treats all NaNs alike.
            if (IGNORES_NAN_BITS[code[at + 1]!] !== 1) {
              traits |= canonical === ValueType.f32 ? Trait.f32 : Trait.f64;
              edits.push(at);
            }
          }
        }
        break;
      }
      case Shape.index: {
        const variable = reader.u32();
        if (engine) {
          // V8 would also take the variables that the output adds.
          if (opcode >= Op.globalGet) state.useGlobal(reader, variable, at);
          else if (variable >= variables) state.refuse(reader, `unknown local ${variable}`, at);
        }
        fits = model.pop(POPS[opcode]!);
        model.height += PUSHES[opcode]!;
        break;
      }
      case Shape.memory: {
        const alignment = reader.u32();
        reader.u32();
        fits = model.pop(POPS[opcode]!);
        model.height += PUSHES[opcode]!;
        if (engine && alignment > NATURAL_ALIGNMENT[opcode]!) {
          state.refuse(reader, 'alignment above the natural one', at);
        }
        break;
      }
      case Shape.i32:
        reader.i32();
        model.height++;
        break;
      case Shape.i64:
        reader.skipI64();
        model.height++;
        break;
      case Shape.f32:
        reader.skip(4);
        model.height++;
        break;
      case Shape.f64:
        reader.skip(8);
        model.height++;
        break;
      case Shape.block: {
        const arity = reader.blockType() === -0x40 ? 0 : 1;
        model.open(arity, arity);
        break;
      }
      case Shape.loop:
        model.open(reader.blockType() === -0x40 ? 0 : 1, 0);
        break;
      case Shape.if: {
        const arity = reader.blockType() === -0x40 ? 0 : 1;
        fits = model.pop(1);
        model.open(arity, arity);
        break;
      }
      case Shape.else:
        break;
      case Shape.end:
        model.close();
        break;
      case Shape.br: {
        const arity = branchArity(reader, state, at);
        fits = arity >= 0 && model.pop(arity);
        model.unreachable = true;
        break;
      }
      case Shape.brIf: {
        const arity = branchArity(reader, state, at);
        fits = arity >= 0 && model.pop(arity) && model.pop(1);
        model.height += Math.max(arity, 0);
        break;
      }
      case Shape.brTable:
        fits = scanBranchTable(reader, state, at);
        break;
      case Shape.return:
        if (engine) {
          edits.push(at);
          state.returns.push(model.depth - 1);
        }
        fits = model.pop(results);
        model.unreachable = true;
        break;
      case Shape.unreachable:
        model.unreachable = true;
        break;
      case Shape.call: {
        const callee = reader.u32();
        if (callee < state.functions) {
          fits = applyType(reader, state, state.functionTypes.at(callee) >>> 0, at);
        } else state.refuse(reader, `unknown function ${callee}`, at);
        if (callee >= importedFunctions) {
          traits |= Trait.calls;
          if (metersCalls) reader.padded = true;
        }
        break;
      }
      case Shape.callIndirect: {
        const type = reader.u32();
        reader.zeroByte('table');
        traits |= Trait.calls;
        fits = model.pop(1) && applyType(reader, state, type, at);
        break;
      }
      case Shape.memoryIndex:
        reader.zeroByte('memory');
        fits = model.pop(POPS[opcode]!);
        model.height += PUSHES[opcode]!;
        break;
      case Shape.select:
        fits = model.pop(2) && model.pop(1);
        model.height++;
        break;
      default:
        unknownOpcode(reader, opcode);
    }
    // A call that is charged where it happens counts as padded, too.
    if (reader.padded) {
      edits.push(at);
      reader.padded = false;
    }
    if (!fits && measured) {
      measured = false;
      state.refuse(reader, 'operand missing as the stack limiter counts, in unreachable code too', at);
    }
  }
  state.traits[index] = traits;
  if (reader.pos !== end) reader.fail('function body continues after its end');
  return model.maximum;
}

function branchArity(reader: Reader, state: ScanState, at: number): number {
  const label = reader.u32();
  const arity = model.branchArity(label);
  if (arity < 0) state.refuse(reader, `unknown label ${label}`, at);
  return arity;
}

function applyType(reader: Reader, state: ScanState, type: number, at: number): boolean {
  if (type >= state.types) {
    state.refuse(reader, `unknown type ${type}`, at);
    return false;
  }
  const fits = model.pop(state.typeParams.at(type));
  if (state.typeResult.at(type) !== 0) model.height++;
  return fits;
}

/** The limiter ignores the index operand of `br_table` and wants equal arities even in dead code. */
function scanBranchTable(reader: Reader, state: ScanState, at: number): boolean {
  const targets = reader.u32();
  if (state.engine && targets > MAX_BRANCH_TARGETS) state.refuse(reader, 'br_table too long', at);
  let equal = true;
  let arity = -1;
  for (let i = 0; i <= targets; i++) {
    const next = branchArity(reader, state, at);
    if (i > 0 && next !== arity) equal = false;
    arity = next;
  }
  if (!equal) state.refuse(reader, 'branch targets take different numbers of values', at);
  const fits = equal && arity >= 0 && model.pop(arity);
  model.unreachable = true;
  return fits;
}
