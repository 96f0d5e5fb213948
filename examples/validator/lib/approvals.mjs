// What a node does with its assignments: validates each candidate against its receipt before it is due, tries again what is
// this machine's fault, and votes once at most. Ask the chain, validate, vote: the rest of a node is behind `chain`, `vote`.

/** Pauses before an assignment is tried again after a fault of this machine, milliseconds. */
const PAUSES_MS = [1_000, 3_000, 9_000];

/**
 * Faults of this machine that may be gone in a moment. Of the others a PVF that cannot be prepared stays so until
 * `host.forgetFailures`, and a host whose workers were replaced until it is started anew.
 */
const MAY_PASS = new Set([
  'worker-not-started',
  'host-communication',
  'could-not-create-link',
  'could-not-open-file',
  'could-not-create-pipe',
  'could-not-clear-worker-dir',
  'kernel',
  'host-fault',
]);

/**
 * @typedef {object} Assignment
 * @property {string} id for people
 * @property {'approval' | 'dispute'} kind
 * @property {Uint8Array} receipt SCALE bytes: what the vote is about
 * @property {number} dueAt on the clock of `now`, milliseconds: later nobody needs the vote
 *
 * @typedef {object} Chain what the node asks relay chain and other validators; each may reject
 * @property {(assignment: Assignment) => Promise<import('@pvf/host').CodeInput>} code the validation code that the receipt names
 * @property {(assignment: Assignment) => Promise<readonly import('@pvf/host').ExecutorParam[]>} executorParams of the session of
 *   the relay parent
 * @property {(assignment: Assignment) => Promise<number>} validationCodeBombLimit of the session of the scheduling parent, bytes
 * @property {(assignment: Assignment) => Promise<import('@pvf/host').PersistedValidationData>} validationData at the relay parent
 * @property {(assignment: Assignment) => Promise<Uint8Array>} blockData of the PoV, recovered from its pieces
 * @property {() => boolean} v3Seen
 */

/** Approval checking and disputes of one validator. */
export class Approvals {
  #host;
  #chain;
  #vote;
  #pause;
  #now;
  #stop = new AbortController();
  /** Assignments that are not settled. */
  #open = new Set();

  /**
   * @param {{ host: import('@pvf/host').PvfHost, chain: Chain, vote: (id: string, vote: 'for' | 'against') => Promise<void>,
   *   now?: () => number, pause?: (ms: number, signal: AbortSignal) => Promise<void> }} parts `vote` signs and sends; a vote
   *   `against` starts a dispute
   */
  constructor({ host, chain, vote, now = () => performance.now(), pause = pauseFor }) {
    this.#host = host;
    this.#chain = chain;
    this.#vote = vote;
    this.#now = now;
    this.#pause = pause;
  }

  /**
   * Takes an assignment on. Settles once there is a vote, or it is certain that there will be none; never rejects.
   * @param {Assignment} assignment
   * @returns {Promise<{ id: string, vote: 'for' | 'against' | undefined, why: string, tries: number, attempts: number }>} `tries` of
   *   ours, `attempts` at an execution that the host made in the last of them
   */
  async take(assignment) {
    const task = this.#settle(assignment).catch((error) =>
      none(assignment, `not validated: ${error.message}`),
    );
    this.#open.add(task);
    try {
      return await task;
    } finally {
      this.#open.delete(task);
    }
  }

  /** Takes everything back; settles when each assignment has. Nobody is voted against because we stop. */
  async close() {
    this.#stop.abort();
    await Promise.all(this.#open);
  }

  async #settle(assignment) {
    const { signal } = this.#stop;
    const request = await this.#requestFor(assignment);
    for (let tries = 1; ; tries += 1) {
      const deadlineMs = Math.floor(assignment.dueAt - this.#now());
      if (signal.aborted) return none(assignment, 'stopped', tries - 1);
      if (deadlineMs <= 0) return none(assignment, 'too late', tries - 1);
      const outcome = await this.#host.validate({ ...request, deadlineMs, signal });
      const { vote, attempts } = outcome;
      const why = reasonOf(outcome);
      if (vote === 'for' || vote === 'against') {
        await this.#vote(assignment.id, vote);
        return { id: assignment.id, vote, why, tries, attempts };
      }
      const pauseMs = PAUSES_MS[tries - 1];
      const again = vote === 'abstain' && MAY_PASS.has(outcome.cause) && pauseMs !== undefined;
      if (!again) return none(assignment, why, tries, attempts);
      await this.#pause(pauseMs, signal);
    }
  }

  async #requestFor(assignment) {
    const { kind, receipt } = assignment;
    const [code, executorParams, validationCodeBombLimit, validationData, blockData] = await Promise.all([
      this.#chain.code(assignment),
      this.#chain.executorParams(assignment),
      this.#chain.validationCodeBombLimit(assignment),
      this.#chain.validationData(assignment),
      this.#chain.blockData(assignment),
    ]);
    const v3Seen = this.#chain.v3Seen();
    const pov = { blockData };
    return { kind, receipt, code, executorParams, validationCodeBombLimit, validationData, pov, v3Seen };
  }
}

const none = ({ id }, why, tries = 0, attempts = 0) => ({ id, vote: undefined, why, tries, attempts });

function reasonOf(outcome) {
  const cause = outcome.rule ?? outcome.cause ?? outcome.error?.type;
  return cause === undefined ? outcome.kind : `${outcome.kind}: ${cause}`;
}

async function pauseFor(ms, signal) {
  const { setTimeout: after } = await import('node:timers/promises');
  await after(ms, undefined, { signal }).catch(() => {});
}
