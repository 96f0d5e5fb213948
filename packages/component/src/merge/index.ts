/**
 * From the plan to modules that `wasm-merge` makes one of: each core module with names of ours, the adapter, and the glue
 * that holds what depends on the component.
 */
import type { Layout } from '../plan/layout.ts';
import type { Plan } from '../plan/plan.ts';
import { buildGlue } from './glue.ts';
import { TrapTable } from './names.ts';
import { rewriteAdapter } from './rewrite-adapter.ts';
import { rewriteCore } from './rewrite-core.ts';

export interface MergeInput {
  /** What the others call it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The modules to merge, in the order in which their segments are to be written. */
export function mergeInputs(plan: Plan, layout: Layout, adapter: Uint8Array): MergeInput[] {
  const traps = new TrapTable();
  const cores = plan.instances.map((instance) => ({
    name: `i${instance.id}`,
    bytes: rewriteCore(instance, plan, layout, traps),
  }));
  return [
    ...cores,
    { name: 'adapter', bytes: rewriteAdapter(adapter, plan) },
    { name: 'glue', bytes: buildGlue(plan, layout, traps) },
  ];
}
