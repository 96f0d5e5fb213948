import { functionNameOf } from './custom-names.ts';
import { emitModule } from './emit.ts';
import { RewriteError } from './errors.ts';
import { type Plan, planUpTo, REFERENCE_STEPS, type ReferenceStep } from './plan.ts';
import { scanModule } from './scan.ts';
import { type ScanState, SectionId } from './scan-state.ts';

/** What `rewriteModule` makes of a module. */
export type RewriteTarget = 'reference' | 'engine';

/** How validation code is rewritten, and for whom. */
export interface RewriteOptions {
  /** Limit of the logical stack in values (ExecutorParams `StackLogicalMax`), 0 … 2³² − 1. */
  readonly stackLogicalMax: number;
  /**
   * `reference`: byte for byte what the reference's pipeline hands to its compiler. `engine`: a module that
   * behaves the same in V8: metered at function entry instead of at calls, NaNs canonicalised, the memory
   * imported as `pvf`.`memory` (minimum kept, no maximum), no custom sections but the
   * functions' names. What wasmtime's validation
   * refuses and V8's does not is refused here.
   */
  readonly target: RewriteTarget;
  /** The executor parameter `WasmExtBulkMemory`; it changes nothing but the fate of unusable segments. */
  readonly bulkMemory?: boolean;
}

/**
 * Prevalidates and meters a PVF's (decompressed) WebAssembly module. One walk over the module
 * collects what the output must change, one writes it; time and memory are linear in the module's size,
 * nothing recurses on its contents.
 *
 * @throws {RewriteError} `PREVALIDATION` or `PREPARATION`, as the reference decides.
 */
export function rewriteModule(code: Uint8Array, options: RewriteOptions): Uint8Array {
  const engine = options.target === 'engine';
  const plan = planUpTo('clear_memory_max_limit', options.stackLogicalMax);
  return applyPlan(code, engine ? { ...plan, engine: true, bulkMemory: options.bulkMemory ?? false } : plan);
}

/**
 * The module after one step of the reference's pipeline; the last step is what `rewriteModule` gives for
 * the target `reference`. For comparison with golden vectors.
 */
export function rewriteUpTo(code: Uint8Array, step: ReferenceStep, stackLogicalMax: number): Uint8Array {
  return applyPlan(code, planUpTo(step, stackLogicalMax));
}

export { REFERENCE_STEPS, type ReferenceStep };

function applyPlan(code: Uint8Array, plan: Plan): Uint8Array {
  try {
    const state = scanModule(code, plan.engine);
    if (plan.meter !== undefined) requirePreparable(state, plan);
    return emitModule(state, plan);
  } catch (error) {
    throw withFunctionName(error, code);
  }
}

/** Names the function that a refusal is about, if the module does. */
export function withFunctionName(error: unknown, code: Uint8Array): unknown {
  if (!(error instanceof RewriteError) || error.meta.functionIndex === undefined) return error;
  const name = functionNameOf(code, error.meta.functionIndex);
  return name === undefined ? error : error.named(name);
}

/** Throws what the reference's preparation would answer after a successful parse. */
export function requirePreparable(state: ScanState, plan: Plan): void {
  if (state.refusal !== undefined) throw state.refusal;
  if (plan.exportMemory && state.importedMemories > 0 && state.entries[SectionId.memory]! > 0) {
    throw new RewriteError('PREPARATION', 'module imports a memory and defines one', { section: 'memory' });
  }
}

/** Stack cost per function of the index space, in values; imported functions cost 0. */
export function stackCosts(code: Uint8Array): Uint32Array {
  const state = scanModule(code, false);
  if (state.refusal !== undefined) throw state.refusal;
  const costs = new Uint32Array(state.functions);
  costs.set(state.costs, state.importedFunctions);
  return costs;
}
