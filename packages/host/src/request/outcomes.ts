import type { ArtifactResult } from '../artifacts/index.ts';
import type { ExecutionRule, PovSizeRule, ValidationCommon, ValidationOutcome } from '../outcome.ts';
import { describePrepareError } from '../verdict/index.ts';
import type { SpawnFailure } from '../worker/index.ts';
import type { ReceiptFinding } from './receipt.ts';
import type { Stopped } from './scope.ts';

// What ends a validation, as an outcome. Whether it had a receipt decides about `against`; `common` knows.

/** What the receipt, or the limit on the PoV, has against the candidate. */
export function foundOutcome(common: ValidationCommon, finding: ReceiptFinding): ValidationOutcome {
  const { type, message } = finding;
  if (type === 'chain-unavailable') {
    return { ...common, kind: type, vote: 'abstain', cause: finding.cause, message };
  }
  const { rule, umpSignals } = finding;
  if (rule === 'pov-size') return refusedOutcome(common, rule, message);
  const details = umpSignals === undefined ? {} : { umpSignals };
  return { ...common, kind: 'invalid', vote: 'against', rule, message, ...details };
}

export function refusedOutcome(
  common: ValidationCommon,
  rule: ExecutionRule | PovSizeRule,
  message: string,
): ValidationOutcome {
  const refused = { ...common, kind: 'invalid', rule, message } as const;
  return common.candidateHash === undefined
    ? { ...refused, vote: 'unchecked' }
    : { ...refused, vote: 'against' };
}

export function notPreparedOutcome(
  common: ValidationCommon,
  { error, times }: ArtifactResult & { type: 'failed' },
  deterministic: boolean,
): ValidationOutcome {
  const message = describePrepareError(error, times);
  if (deterministic) {
    return { ...common, kind: 'preparation-failed', vote: 'abstain', deterministic, error, message };
  }
  const cause = 'non-deterministic-preparation';
  return { ...common, kind: 'internal', vote: 'abstain', cause, message, prepareError: error };
}

export function notStartedOutcome(
  common: ValidationCommon,
  { type, message }: SpawnFailure,
): ValidationOutcome {
  const cause = type === 'replaced' ? 'workers-replaced' : 'worker-not-started';
  return { ...common, kind: 'internal', vote: 'abstain', cause, message };
}

export function stoppedOutcome(common: ValidationCommon, { reason }: Stopped): ValidationOutcome {
  switch (reason) {
    case 'caller-deadline':
    case 'inactive-fork':
      return { ...common, kind: 'deadline-passed', vote: 'none', cause: reason };
    case 'caller':
    case 'host-closed':
      return { ...common, kind: 'cancelled', vote: 'none', cause: reason };
    default:
      return reason satisfies never;
  }
}
