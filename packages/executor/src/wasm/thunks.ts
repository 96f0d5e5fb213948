import { RewriteError } from './errors.ts';
import { skipInstruction } from './instructions.ts';
import { Op } from './opcodes.ts';
import { Reader } from './reader.ts';
import { Kind, type ScanState, SectionId } from './scan-state.ts';

/**
 * Functions that the host or a table can reach are entered through a thunk that charges their stack cost,
 * because only direct calls are charged where they happen. Imported functions cost nothing and get none.
 */
export interface ThunkPlan {
  /** Wrapped functions (function index space), ascending: thunk i wraps `targets[i]`. */
  readonly targets: Int32Array;
  /** Type of each thunk: the first type equal to the wrapped function's. */
  readonly types: Int32Array;
  /** Index of the first thunk. */
  readonly first: number;
  /** The function to enter instead of `index`. */
  redirect(index: number): number;
}

/**
 * Parameters of all thunks together. The one thing in the output that is not linear in the input: a few
 * bytes add a function of a type with many parameters. The reference runs out of memory there.
 */
const MAX_THUNK_PARAMETERS = 2 ** 26;

export const NO_THUNKS: ThunkPlan = {
  targets: new Int32Array(0),
  types: new Int32Array(0),
  first: 0,
  redirect: (index) => index,
};

export function planThunks(state: ScanState): ThunkPlan {
  const { importedFunctions, functions } = state;
  const thunkOf = new Int32Array(functions - importedFunctions);
  let count = 0;
  eachEntryPoint(state, (index) => {
    const defined = index - importedFunctions;
    if (defined < 0 || thunkOf[defined] !== 0) return;
    thunkOf[defined] = 1;
    count++;
  });

  const targets = new Int32Array(count);
  const types = new Int32Array(count);
  const canonical = count > 0 ? firstEqualTypes(state) : new Int32Array(0);
  let next = 0;
  for (let defined = 0; defined < thunkOf.length; defined++) {
    if (thunkOf[defined] === 0) continue;
    const index = importedFunctions + defined;
    targets[next] = index;
    types[next] = canonical[state.functionTypes.at(index)]!;
    thunkOf[defined] = functions + next++;
  }
  return {
    targets,
    types,
    first: functions,
    redirect: (index) => (index < importedFunctions ? index : thunkOf[index - importedFunctions]! || index),
  };
}

export function requireFewThunkParameters(state: ScanState, thunks: ThunkPlan): void {
  let sum = 0;
  for (const type of thunks.types) sum += state.typeParams.at(type);
  if (sum > MAX_THUNK_PARAMETERS) {
    throw new RewriteError('PREPARATION', 'functions with too many parameters to wrap', { section: 'type' });
  }
}

/** Calls `visit` with every function that is exported, in a table or the start function. */
function eachEntryPoint(state: ScanState, visit: (index: number) => void): void {
  const { sections } = state;
  for (let i = 0; i < sections.length; i += 3) {
    const id = sections.at(i);
    if (id !== SectionId.export && id !== SectionId.element) continue;
    const reader = new Reader(state.code, sections.at(i + 1), sections.at(i + 2));
    for (let count = reader.u32(); count > 0; count--) {
      if (id === SectionId.export) {
        reader.skip(reader.u32());
        const kind = reader.byte();
        const index = reader.u32();
        if (kind === Kind.function) visit(index);
        continue;
      }
      reader.u32();
      while (skipInstruction(reader) !== Op.end);
      for (let members = reader.u32(); members > 0; members--) visit(reader.u32());
    }
  }
  if (state.start !== undefined) visit(state.start);
}

/**
 * For each type the lowest index of an equal one. Sorting keeps this within n log n for any module; the
 * obvious search per thunk is quadratic, and a hash table can be attacked.
 */
function firstEqualTypes(state: ScanState): Int32Array {
  const { code, types } = state;
  const order = new Int32Array(types);
  for (let i = 0; i < types; i++) order[i] = i;
  const compare = (a: number, b: number): number => {
    const params = state.typeParams.at(a);
    const difference = params - state.typeParams.at(b) || state.typeResult.at(a) - state.typeResult.at(b);
    if (difference !== 0) return difference;
    const fromA = state.typeParamsAt.at(a);
    const fromB = state.typeParamsAt.at(b);
    for (let i = 0; i < params; i++) {
      if (code[fromA + i] !== code[fromB + i]) return code[fromA + i]! - code[fromB + i]!;
    }
    return 0;
  };
  order.sort((a, b) => compare(a, b) || a - b);
  const first = new Int32Array(types);
  for (let i = 0; i < types; i++) {
    const type = order[i]!;
    const previous = order[i - 1];
    first[type] = previous !== undefined && compare(previous, type) === 0 ? first[previous]! : type;
  }
  return first;
}
