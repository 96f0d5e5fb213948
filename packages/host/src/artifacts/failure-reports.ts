import type { Logger } from 'pino';
import type { ArtifactIdentity } from '../artifact-identity.ts';
import type { Metrics } from '../metrics/index.ts';
import { describePrepareError } from '../verdict/index.ts';
import { type Failure, isFinal } from './retry.ts';

/** What a PVF brings into the log is cut there. */
const LOGGED_CHARS = 256;

/** Tells operators of preparations that failed. */
export class FailureReports {
  readonly #logger: Logger;
  readonly #metrics: Pick<Metrics, 'gaveUp'>;
  /** Final failures that were told of. */
  readonly #told = new WeakSet<Failure>();

  constructor(logger: Logger, metrics: Pick<Metrics, 'gaveUp'>) {
    this.#logger = logger;
    this.#metrics = metrics;
  }

  failed({ codeHash }: ArtifactIdentity, failure: Failure): void {
    const { failures } = failure;
    this.#logger.warn({ codeHash, failures, reason: reasonOf(failure) }, 'preparation failed');
  }

  /**
   * Of the one failure that an operator must hear of, once: from now on this validator has no vote on the PVF's
   * candidates.
   */
  tellIfFinal({ codeHash, prepHash }: ArtifactIdentity, failure: Failure): void {
    if (!isFinal(failure) || this.#told.has(failure)) return;
    this.#told.add(failure);
    const { error, failures } = failure;
    this.#logger.error(
      { codeHash, prepHash, failures, type: error.type, reason: reasonOf(failure) },
      'this host abstains from all candidates of a PVF: it cannot be prepared and is not tried again; ' +
        'once the cause is gone, forgetFailures(codeHash) has it tried again without a restart',
    );
    this.#metrics.gaveUp(error.type);
  }
}

function reasonOf({ error, times }: Failure): string {
  return describePrepareError(error, times).slice(0, LOGGED_CHARS);
}
