import type { Reader } from './reader.ts';
import { scanInstructions } from './scan-instructions.ts';
import { type ScanState, Trait } from './scan-state.ts';

const U32_MAX = 0xffff_ffff;
/** wasmparser 0.236 takes at most this many locals, parameters included. */
const MAX_LOCALS = 50_000;

/** Reads the local declarations; returns how many locals they declare. */
function readLocals(reader: Reader): number {
  const start = reader.pos;
  let locals = 0;
  for (let groups = reader.u32(); groups > 0; groups--) {
    locals += reader.u32();
    reader.valueType();
    if (locals > U32_MAX) reader.fail('more than 2³² locals', start);
  }
  return locals;
}

/**
 * Checks one body's instructions, computes its stack cost and notes which instructions the output must
 * change. `reader.end` is the body's end.
 */
export function scanBody(reader: Reader, state: ScanState, index: number): void {
  const functionIndex = state.importedFunctions + index;
  const start = reader.pos;
  const locals = readLocals(reader);
  const type = state.functionTypes.at(functionIndex) >>> 0;
  const known = type < state.types;
  if (!known) state.refuse(reader, `unknown type ${type}`, start);
  const variables = known ? locals + state.typeParams.at(type) : 0;
  if (state.engine && variables > MAX_LOCALS) state.refuse(reader, 'more than 50,000 locals', start);
  const results = known && state.typeResult.at(type) !== 0 ? 1 : 0;
  const height = scanInstructions(reader, state, index, variables, results);
  const cost = locals + height;
  if (cost > U32_MAX) state.refuse(reader, 'stack cost does not fit 32 bits', start);
  state.costs[index] = cost;
  // At most two scratch locals are needed; near the limit the module's variables leave no room for them.
  const floats = (state.traits[index]! & (Trait.f32 | Trait.f64)) !== 0;
  if (floats && variables > MAX_LOCALS - 2) {
    state.traits[index]! |= Trait.scratchInGlobals;
    state.scratchGlobals = true;
  }
}
