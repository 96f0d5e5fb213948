import { declaredFeatures, functionNames } from './custom-names.ts';
import { emitModule } from './emit.ts';
import { RewriteError, type RewriteErrorCode, type RewriteErrorMeta } from './errors.ts';
import {
  interfaceOf,
  type ModuleExport,
  type ModuleImport,
  type ModuleInterface,
  readName,
} from './interface.ts';
import { planUpTo } from './plan.ts';
import { Reader } from './reader.ts';
import { requirePreparable, withFunctionName } from './rewrite.ts';
import { scanInto } from './scan.ts';
import { MUTABLE, ScanState, SECTION_NAMES, SectionId } from './scan-state.ts';

/** What a report is made under; everything has a default. */
export interface InspectOptions {
  /** Limit of the logical stack in values; decides only whether a function can ever be called. Default 65,536. */
  readonly stackLogicalMax?: number;
  /** How many of the most expensive functions to list. Default 10. */
  readonly top?: number;
  /** The executor parameter `WasmExtBulkMemory`. Default false. */
  readonly bulkMemory?: boolean;
  /** Adds a `class` to each import, e.g. known, keystore or unknown. */
  readonly classify?: (entry: ModuleImport) => string;
}

/** A section of a module: where it lies, and how large it is. */
export interface SectionReport {
  readonly section: string;
  /** Name of a custom section. */
  readonly name?: string;
  /** Offset and size of the contents in bytes. */
  readonly offset: number;
  readonly bytes: number;
  readonly entries?: number;
}

/** What a function takes of the logical stack. */
export interface StackCost {
  /** Index in the function index space. */
  readonly functionIndex: number;
  readonly name?: string;
  /** Values of the logical stack that one call takes. */
  readonly cost: number;
  /** True if even a single call exceeds the limit, so that calling the function always traps. */
  readonly exceedsLimit: boolean;
}

/** What the executor sees in a module. Plain data: it survives `JSON.stringify`. */
export interface ModuleReport {
  readonly bytes: number;
  readonly sections: readonly SectionReport[];
  readonly imports: readonly (ModuleImport & { readonly class?: string })[];
  readonly exports: readonly ModuleExport[];
  readonly memory: ModuleInterface['memory'];
  readonly table: ModuleInterface['table'];
  readonly start: number | undefined;
  readonly functions: ModuleInterface['functions'];
  readonly globals: number;
  /** Beyond plain integer code: what the module does use. */
  readonly features: readonly string[];
  /** What its toolchain declares in the `target_features` section; declared is not yet used. */
  readonly declaredFeatures: readonly string[];
  readonly stackCosts: { readonly limit: number; readonly total: number; readonly top: readonly StackCost[] };
  /**
   * Why preparation refuses the module, if prevalidation or the rewriting does. The compiler's validation
   * comes after that and is not part of this report.
   */
  readonly rejection:
    | {
        readonly code: RewriteErrorCode;
        readonly reason: string;
        readonly message: string;
        readonly meta: RewriteErrorMeta;
      }
    | undefined;
}

/**
 * Reports on a (decompressed) module, also on one that preparation refuses: then everything up to the
 * malformed part is there. Never throws for bad input.
 */
export function inspectModule(code: Uint8Array, options: InspectOptions = {}): ModuleReport {
  const limit = options.stackLogicalMax ?? DEFAULT_STACK_LOGICAL_MAX;
  const state = new ScanState(code, true);
  const rejection = findRejection(state, limit, options.bulkMemory ?? false);
  const { imports, ...rest } = interfaceOf(state);
  const { classify } = options;
  return {
    bytes: code.length,
    sections: sectionReports(state),
    imports: classify ? imports.map((entry) => ({ ...entry, class: classify(entry) })) : imports,
    ...rest,
    globals: state.globals.length,
    features: usedFeatures(state),
    declaredFeatures: declaredFeatures(state),
    stackCosts: { limit, ...stackCostReport(state, limit, options.top ?? 10) },
    rejection: rejection && {
      code: rejection.code,
      reason: rejection.reason,
      message: rejection.message,
      meta: rejection.meta,
    },
  };
}

/** ExecutorParams' default for `StackLogicalMax`, in values. */
const DEFAULT_STACK_LOGICAL_MAX = 65_536;

function findRejection(state: ScanState, limit: number, bulkMemory: boolean): RewriteError | undefined {
  const plan = { ...planUpTo('clear_memory_max_limit', limit), engine: true, bulkMemory };
  try {
    scanInto(state, true);
    requirePreparable(state, plan);
    emitModule(state, plan);
    return undefined;
  } catch (error) {
    const named = withFunctionName(error, state.code);
    if (named instanceof RewriteError) return named;
    throw error;
  }
}

function sectionReports(state: ScanState): SectionReport[] {
  const reports: SectionReport[] = [];
  const { sections } = state;
  for (let i = 0; i < sections.length; i += 3) {
    const [id, offset, end] = [sections.at(i), sections.at(i + 1), sections.at(i + 2)];
    const section = SECTION_NAMES[id]!;
    const at = { section, offset, bytes: end - offset };
    if (id === SectionId.custom) reports.push({ ...at, name: readName(new Reader(state.code, offset, end)) });
    else if (id === SectionId.start) reports.push(at);
    else reports.push({ ...at, entries: state.entries[id]! });
  }
  return reports;
}

function usedFeatures(state: ScanState): string[] {
  const features: string[] = [];
  if (state.floatArithmetic) features.push('floating-point');
  for (let i = 0; i < state.importedGlobals; i++) {
    if ((state.globals.at(i) & MUTABLE) !== 0) features.push('mutable-globals');
  }
  if (interfaceOf(state).exports.some((entry) => entry.kind === 'global' && entry.mutable)) {
    features.push('mutable-globals');
  }
  if (state.table !== undefined) features.push('table');
  if (state.start !== undefined) features.push('start-function');
  if (state.importedMemories > 0) features.push('imported-memory');
  return [...new Set(features)];
}

function stackCostReport(state: ScanState, limit: number, top: number): { total: number; top: StackCost[] } {
  const { costs } = state;
  let total = 0;
  const order: number[] = [];
  for (let i = 0; i < costs.length; i++) {
    const cost = costs[i]!;
    total += cost;
    if (order.length === top && cost <= (costs[order[top - 1] ?? 0] ?? 0)) continue;
    const place = order.findIndex((other) => costs[other]! < cost);
    order.splice(place < 0 ? order.length : place, 0, i);
    order.length = Math.min(order.length, top);
  }
  const indices = order.map((defined) => defined + state.importedFunctions);
  const names = functionNames(state, new Set(indices));
  return {
    total,
    top: order.map((defined, i) => {
      const functionIndex = indices[i]!;
      const name = names.get(functionIndex);
      const cost = costs[defined]!;
      return { functionIndex, ...(name !== undefined && { name }), cost, exceedsLimit: cost > limit };
    }),
  };
}
