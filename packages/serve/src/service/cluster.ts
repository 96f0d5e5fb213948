import { clusterOf } from '../convert/index.ts';
import { ProblemError } from '../problem.ts';
import type { Cluster } from '../schemas/index.ts';

/**
 * Reads what a cluster is doing. It is called again once its last call has settled, and not more often than every five
 * seconds; nothing of what it resolves to is believed. Of an error only its `code` is told, if it is a word in capitals.
 */
export type ReadCluster = () => Promise<unknown>;

/** Agents say something new as often. */
const KEPT_MS = 5_000;
/** Whoever asks gets a problem after that; the reading goes on, and what it finds is the next one's. */
const DEADLINE_MS = 5_000;
const CODE = /^[A-Z][A-Z_]{1,39}$/;

interface Reading {
  readonly since: number;
  readonly settled: Promise<void>;
}

/** What the cluster was doing when it was last read: one reading for all who ask. */
export class ClusterState {
  readonly #read: ReadCluster;
  readonly #ending: AbortSignal;
  #reading: Reading | undefined;
  #last: { readonly at: number; readonly found: Cluster | ProblemError } | undefined;

  /** @param ending nobody is answered any more */
  constructor(read: ReadCluster, ending: AbortSignal) {
    this.#read = read;
    this.#ending = ending;
  }

  /** @throws ProblemError CLUSTER_UNAVAILABLE, SHUTTING_DOWN */
  async get(): Promise<Cluster> {
    if (this.#last === undefined || performance.now() - this.#last.at >= KEPT_MS) await this.#renew();
    const { found } = this.#last ?? {};
    if (found === undefined || found instanceof ProblemError) throw found ?? unavailable('TIMEOUT');
    return found;
  }

  async #renew(): Promise<void> {
    const { since, settled } = this.#begun();
    const { promise: late, reject } = Promise.withResolvers<never>();
    const end = (): void =>
      reject(new ProblemError('SHUTTING_DOWN', 'this service is ending: ask another', { retryAfter: 10 }));
    if (this.#ending.aborted) end();
    this.#ending.addEventListener('abort', end, { once: true });
    const left = since + DEADLINE_MS - performance.now();
    const timer = setTimeout(() => reject(unavailable('TIMEOUT')), Math.max(0, left));
    try {
      await Promise.race([late, settled]);
    } finally {
      clearTimeout(timer);
      this.#ending.removeEventListener('abort', end);
    }
  }

  #begun(): Reading {
    const end = (): void => {
      this.#reading = undefined;
    };
    this.#reading ??= { since: performance.now(), settled: this.#settle().finally(end) };
    return this.#reading;
  }

  async #settle(): Promise<void> {
    let found: Cluster | ProblemError;
    try {
      found = clusterOf(await this.#read(), new Date());
    } catch (error) {
      const { code } = (error ?? {}) as { code?: unknown };
      found = unavailable(typeof code === 'string' && CODE.test(code) ? code : 'UNREADABLE');
    }
    this.#last = { at: performance.now(), found };
  }
}

/** Without the error's words: they may have addresses, and those passwords. */
function unavailable(reason: string): ProblemError {
  return new ProblemError(
    'CLUSTER_UNAVAILABLE',
    `the cluster cannot be read now (${reason}); where it runs, pvf cluster status tells why`,
    { meta: { reason }, retryAfter: KEPT_MS / 1_000 },
  );
}
