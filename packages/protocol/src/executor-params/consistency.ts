import type { ExecutorParam, ExecutorParams } from '../types/executor-params.ts';
import { DEFAULT_STACK_LOGICAL_MAX, DEFAULT_STACK_NATIVE_MAX } from './semantics.ts';
import { DEFAULT_EXEC_TIMEOUT_MS, DEFAULT_PREP_TIMEOUT_MS } from './timeouts.ts';

/** What a parameter is called when something is wrong with it; timeouts count per kind. */
export type ExecutorParamName =
  | Exclude<ExecutorParam['type'], 'PvfPrepTimeout' | 'PvfExecTimeout' | 'EnabledHostFunction'>
  | 'PvfPrepKind::Precheck'
  | 'PvfPrepKind::Prepare'
  | 'PvfExecKind::Backing'
  | 'PvfExecKind::Approval'
  | 'EnabledHostFunction::EccRfc163';

/** Why a set of parameters makes no sense. */
export type ExecutorParamError =
  | { readonly type: 'DuplicatedParam'; readonly param: ExecutorParamName }
  | { readonly type: 'OutsideLimit'; readonly param: ExecutorParamName }
  /** `first` must be below `second`, or fit into it. */
  | {
      readonly type: 'IncompatibleValues';
      readonly first: ExecutorParamName;
      readonly second: ExecutorParamName;
    };

const MIB = 1024n * 1024n;

/** Inclusive bounds; a parameter without an entry has none. From polkadot-primitives 26.0.0. */
const BOUNDS: { readonly [K in ExecutorParamName]?: readonly [min: bigint, max: bigint] } = {
  MaxMemoryPages: [1n, 65_536n],
  StackLogicalMax: [1_024n, 131_072n],
  PrecheckingMaxMemory: [256n * MIB, 16_384n * MIB],
};

/** The native stack must hold this many bytes per logical value. */
const NATIVE_BYTES_PER_VALUE = 128n;

function nameOf(param: ExecutorParam): ExecutorParamName {
  switch (param.type) {
    case 'PvfPrepTimeout':
      return `PvfPrepKind::${param.kind}`;
    case 'PvfExecTimeout':
      return `PvfExecKind::${param.kind}`;
    case 'EnabledHostFunction':
      return `EnabledHostFunction::${param.value}`;
    default:
      return param.type;
  }
}

function amountOf(param: ExecutorParam): bigint {
  return param.type === 'WasmExtBulkMemory' || param.type === 'EnabledHostFunction'
    ? 1n
    : BigInt(param.value);
}

/**
 * The first thing that is wrong with `params`, or undefined. A set that the chain accepted is consistent; the
 * executor runs inconsistent ones all the same, as the reference does. Rule: `check_consistency` of
 * polkadot-primitives 26.0.0.
 */
export function checkConsistency(params: ExecutorParams): ExecutorParamError | undefined {
  const seen = new Map<ExecutorParamName, bigint>();
  for (const item of params) {
    const param = nameOf(item);
    const value = amountOf(item);
    if (seen.has(param)) return { type: 'DuplicatedParam', param };
    const bounds = BOUNDS[param];
    if (bounds !== undefined && (value < bounds[0] || value > bounds[1]))
      return { type: 'OutsideLimit', param };
    seen.set(param, value);
  }

  const given = (param: ExecutorParamName, fallback: number) => seen.get(param) ?? BigInt(fallback);
  const logical = given('StackLogicalMax', DEFAULT_STACK_LOGICAL_MAX);
  if (given('StackNativeMax', DEFAULT_STACK_NATIVE_MAX) < NATIVE_BYTES_PER_VALUE * logical) {
    return { type: 'IncompatibleValues', first: 'StackLogicalMax', second: 'StackNativeMax' };
  }
  const precheck = given('PvfPrepKind::Precheck', DEFAULT_PREP_TIMEOUT_MS.Precheck);
  if (precheck >= given('PvfPrepKind::Prepare', DEFAULT_PREP_TIMEOUT_MS.Prepare)) {
    return { type: 'IncompatibleValues', first: 'PvfPrepKind::Precheck', second: 'PvfPrepKind::Prepare' };
  }
  const backing = given('PvfExecKind::Backing', DEFAULT_EXEC_TIMEOUT_MS.Backing);
  if (backing >= given('PvfExecKind::Approval', DEFAULT_EXEC_TIMEOUT_MS.Approval)) {
    return { type: 'IncompatibleValues', first: 'PvfExecKind::Backing', second: 'PvfExecKind::Approval' };
  }
  return undefined;
}
