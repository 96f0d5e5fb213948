import type { PrecheckOutcome, ValidationOutcome } from '@pvf/host';
import type { Truth } from './guests.ts';

/** How a request was made; what happened to it may depend on it. */
export interface Manner {
  aborted: boolean;
  deadline: boolean;
  closed: boolean;
  backing: boolean;
  leaves: boolean;
}

/** Undefined if the rules allow the outcome, else what they forbid about it. */
export function violation(truth: Truth, outcome: ValidationOutcome, manner: Manner): string | undefined {
  switch (outcome.kind) {
    case 'valid':
      return truth === 'valid' ? undefined : `${truth} was called valid`;
    case 'invalid':
      return truth === 'invalid'
        ? undefined
        : `${truth} was called invalid (${outcome.rule}: ${outcome.message})`;
    case 'preparation-failed':
      return truth === 'preparation-failed' ? undefined : `a sound PVF failed: ${outcome.message}`;
    case 'possibly-invalid': {
      if (truth === 'preparation-failed') return 'executed what cannot be prepared';
      const final = manner.backing || manner.deadline || outcome.attempts >= 2;
      return final ? undefined : `a doubtful outcome (${outcome.cause}) was not tried again`;
    }
    case 'internal':
      return outcome.cause === 'host-fault' || outcome.cause === 'workers-replaced'
        ? outcome.message
        : undefined;
    case 'deadline-passed':
      if (outcome.cause === 'caller-deadline') return manner.deadline ? undefined : 'nobody set a deadline';
      return manner.backing && manner.leaves
        ? undefined
        : 'was dropped for leaves without being a backing job';
    case 'chain-unavailable':
      return 'nobody gave it a receipt';
    case 'cancelled':
      if (outcome.cause === 'caller') return manner.aborted ? undefined : 'nobody cancelled it';
      return manner.closed ? undefined : 'the host was not closed';
    default:
      return outcome satisfies never;
  }
}

/** The same for a precheck. */
export function precheckViolation(
  truth: Truth,
  outcome: PrecheckOutcome,
  closed: boolean,
): string | undefined {
  switch (outcome.kind) {
    case 'ok':
      return truth === 'preparation-failed' ? 'what cannot be prepared passed' : undefined;
    case 'failed':
      if (truth === 'preparation-failed') return undefined;
      return outcome.deterministic ? `a sound PVF failed: ${outcome.message}` : undefined;
    case 'internal':
      return outcome.cause === 'host-fault' ? outcome.message : undefined;
    case 'cancelled':
      return closed ? undefined : 'nobody cancelled it';
    case 'deadline-passed':
      return 'nobody set a deadline';
    default:
      return outcome satisfies never;
  }
}
