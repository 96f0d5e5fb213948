import type { ExecutionKind } from './types.ts';

/** Kinds by falling priority. */
export const KINDS = ['dispute', 'approval', 'backing-system', 'backing'] as const satisfies ExecutionKind[];

/** Whether a candidate is executed before it is on the relay chain: its collator waits, and nobody has vouched for it. */
export function isBacking(kind: ExecutionKind): kind is 'backing' | 'backing-system' {
  return kind === 'backing' || kind === 'backing-system';
}
