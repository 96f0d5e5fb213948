/**
 * What to do with a module, step by step as the reference does it. Each step builds on the one before;
 * `engine` is ours: it fits the result to V8.
 */
export interface Plan {
  /** Insert stack metering with this limit (values); undefined: leave the code alone. */
  readonly meter: number | undefined;
  /** Turn an imported memory into one of the module's own, exported under the import's name. */
  readonly exportMemory: boolean;
  /** Drop the memory's own maximum. */
  readonly clearMaximum: boolean;
  /** Fit the result to V8: metering at function entry, canonical NaNs, the host's memory, no custom sections but functions' names. */
  readonly engine: boolean;
  /** The executor parameter `WasmExtBulkMemory`; matters for a few odd modules, and only there. */
  readonly bulkMemory: boolean;
}

/** The reference's steps under the names of its functions, in order. */
export const REFERENCE_STEPS = [
  'deserialize',
  'inject_stack_depth_metering',
  'convert_memory_import_into_export',
  'clear_memory_max_limit',
] as const;

/** A step of the reference's rewriting, in its order. */
export type ReferenceStep = (typeof REFERENCE_STEPS)[number];

/** The plan that stops after `step`. */
export function planUpTo(step: ReferenceStep, stackLogicalMax: number): Plan {
  const steps = REFERENCE_STEPS.indexOf(step);
  return {
    meter: steps >= 1 ? stackLogicalMax : undefined,
    exportMemory: steps >= 2,
    clearMaximum: steps >= 3,
    engine: false,
    bulkMemory: false,
  };
}
