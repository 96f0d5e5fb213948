import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { ExecutionKind } from '../types.ts';
import type { Metrics } from './metrics.ts';

/** Weight of the newest job in the moving averages: about the last ten count. */
const WEIGHT = 0.2;

/** An approval that waits that long on average leaves too little of the time in which it is of use. */
const MAX_QUEUE_MS = 3_000;

/** Shorter jobs say nothing about the share of CPU: starting their process dominates. */
const MIN_JOB_MS = 100;

/** A job that gets less of a CPU than this runs into the wall-clock backstop when it needs its whole limit. */
const MIN_CPU_SHARE = 0.5;

/** The same warning at most that often. */
const WARN_EVERY_MS = 10 * 60 * 1_000;

type Sign = 'queue_time' | 'cpu_share';

/** Warns when this machine is too slow for its limits, before that costs votes (paritytech/polkadot#4196). */
export class SlownessWatch {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #metrics: Metrics;
  readonly #warnedAt = new Map<Sign, number>();
  #queueMs = 0;
  #cpuShare = 1;

  constructor(clock: Clock, logger: Logger, metrics: Metrics) {
    this.#clock = clock;
    this.#logger = logger;
    this.#metrics = metrics;
  }

  started(kind: ExecutionKind, queuedMs: number): void {
    if (kind === 'backing' || kind === 'backing-system') return;
    this.#queueMs += WEIGHT * (queuedMs - this.#queueMs);
    this.#judge('queue_time', this.#queueMs > MAX_QUEUE_MS, {
      averageQueueMs: Math.round(this.#queueMs),
      remedy: 'give the host more execute workers if CPUs are idle, else a faster machine',
    });
  }

  executed(cpuTimeNs: bigint, wallTimeMs: number): void {
    if (wallTimeMs < MIN_JOB_MS) return;
    const share = Math.min(1, Number(cpuTimeNs) / 1e6 / wallTimeMs);
    this.#cpuShare += WEIGHT * (share - this.#cpuShare);
    this.#judge('cpu_share', this.#cpuShare < MIN_CPU_SHARE, {
      averageCpuShare: Number(this.#cpuShare.toFixed(2)),
      remedy: 'run fewer execute workers than CPUs, or free the machine of other work',
    });
  }

  #judge(sign: Sign, slow: boolean, details: object): void {
    this.#metrics.tooSlow(sign, slow);
    const now = this.#clock.now();
    if (!slow || now - (this.#warnedAt.get(sign) ?? Number.NEGATIVE_INFINITY) < WARN_EVERY_MS) return;
    this.#warnedAt.set(sign, now);
    this.#logger.warn({ sign, ...details }, 'this machine is too slow for its time limits');
  }
}
