import type { ExecutorParams, PvfExecKind, PvfPrepKind } from '../types/executor-params.ts';

// The defaults must never change: every validator that sees no parameter uses them. From polkadot-primitives
// 26.0.0, src/v9/executor_params.rs.

/** CPU milliseconds for a preparation. */
export const DEFAULT_PREP_TIMEOUT_MS: Readonly<Record<PvfPrepKind, number>> = {
  Precheck: 60_000,
  Prepare: 360_000,
};

/** CPU milliseconds for an execution. */
export const DEFAULT_EXEC_TIMEOUT_MS: Readonly<Record<PvfExecKind, number>> = {
  Backing: 2_000,
  Approval: 12_000,
};

/** A u64 as a number; above 2⁵³ (285,000 years) precision does not matter. */
function toMs(value: bigint): number {
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
}

/** CPU milliseconds for a preparation of `kind`: the first such parameter, else the default. */
export function prepTimeoutMs(params: ExecutorParams, kind: PvfPrepKind): number {
  for (const param of params) {
    if (param.type === 'PvfPrepTimeout' && param.kind === kind) return toMs(param.value);
  }
  return DEFAULT_PREP_TIMEOUT_MS[kind];
}

/** CPU milliseconds for an execution of `kind`: the first such parameter, else the default. */
export function execTimeoutMs(params: ExecutorParams, kind: PvfExecKind): number {
  for (const param of params) {
    if (param.type === 'PvfExecTimeout' && param.kind === kind) return toMs(param.value);
  }
  return DEFAULT_EXEC_TIMEOUT_MS[kind];
}

/** Bytes that a prechecking job may use: the first such parameter; undefined means no limit. */
export function precheckingMaxMemory(params: ExecutorParams): bigint | undefined {
  for (const param of params) if (param.type === 'PrecheckingMaxMemory') return param.value;
  return undefined;
}
