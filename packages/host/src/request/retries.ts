import { isBacking } from '../kinds.ts';
import type { PossiblyInvalidCause } from '../outcome.ts';
import type { ExecutionKind } from '../types.ts';
import type { Verdict } from '../verdict/index.ts';

/** Classes of doubt. Each is tried once more in one request; a doubt of another class is a new one. */
type Doubt =
  /** Of worker or job: most likely killed by this machine. */
  | 'death'
  | 'job-error'
  | 'internal'
  /** The artifact may be at fault, and is prepared again before. */
  | 'construction'
  /** The wall clock ran out while the machine did not let the job run. */
  | 'starved';

/**
 * Which doubts of one request are tried again (classes and counts: `validate_candidate_with_retry` of
 * polkadot-node-core-candidate-validation 36.0.0; `starved` is ours).
 *
 * Never for backing: a candidate that fails now and then must not be backed. A corrupted artifact alone is this
 * machine's fault whoever asks, and says nothing about the candidate.
 */
export class RetryBudget {
  readonly #kind: ExecutionKind;
  readonly #pauseMs: number;
  readonly #used = new Set<Doubt>();

  constructor(kind: ExecutionKind, pauseMs: number) {
    this.#kind = kind;
    this.#pauseMs = pauseMs;
  }

  /** The pause before another try, milliseconds; undefined if the verdict stands. */
  pauseFor(verdict: Verdict): number | undefined {
    const doubt = doubtOf(verdict);
    if (doubt === undefined || this.#used.has(doubt) || !this.#isAllowed(verdict)) return undefined;
    // What made it doubtful may be gone later; a new artifact is another one at once.
    return 'artifactAtFault' in verdict && verdict.artifactAtFault ? 0 : this.#pauseMs;
  }

  /** Notes that a verdict is tried again. */
  use(verdict: Verdict): void {
    const doubt = doubtOf(verdict);
    if (doubt !== undefined) this.#used.add(doubt);
  }

  #isAllowed(verdict: Verdict): boolean {
    if (!isBacking(this.#kind)) return true;
    return verdict.type === 'possibly-invalid' && verdict.cause === 'corrupted-artifact';
  }
}

function doubtOf(verdict: Verdict): Doubt | undefined {
  switch (verdict.type) {
    case 'valid':
      return undefined;
    case 'invalid':
      return verdict.starved ? 'starved' : undefined;
    case 'internal':
      return 'internal';
    case 'possibly-invalid':
      return DOUBTS[verdict.cause];
    default:
      return verdict satisfies never;
  }
}

const DOUBTS: Record<PossiblyInvalidCause, Doubt> = {
  'worker-died': 'death',
  'job-died': 'death',
  'job-error': 'job-error',
  'runtime-construction': 'construction',
  'corrupted-artifact': 'construction',
};
