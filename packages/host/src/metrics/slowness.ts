import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { HostNews, SlowMachineEvent } from '../host-events.ts';
import { isBacking } from '../kinds.ts';
import type { ExecutionKind } from '../types.ts';
import type { Metrics } from './metrics.ts';

/** Weight of the newest job in the moving averages: about the last ten count. */
const WEIGHT = 0.2;

/** An approval that waits that long on average leaves too little of the time in which it is of use. */
const MAX_QUEUE_MS = 3_000;

/** Shorter jobs say nothing about the share of CPU: starting their process dominates. */
const MIN_JOB_MS = 100;

/** A worker that meets a PVF for the first time loads it meanwhile, which is no CPU time of the job's. */
const LOADING_MS = 300;

/** A job that gets less of a CPU than this runs into the wall-clock backstop when it needs its whole limit. */
const MIN_CPU_SHARE = 0.5;

/** The same warning at most that often. */
const WARN_EVERY_MS = 10 * 60 * 1_000;

type Average = SlowMachineEvent extends infer E
  ? E extends SlowMachineEvent
    ? Omit<E, 'type' | 'slow'>
    : never
  : never;

type Sign = SlowMachineEvent['sign'];

const METRIC_LABEL = { 'queue-time': 'queue_time', 'cpu-share': 'cpu_share' } as const satisfies Record<
  Sign,
  string
>;

/** Warns when this machine is too slow for its limits, before that costs votes (paritytech/polkadot#4196). */
export class SlownessWatch {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #metrics: Metrics;
  readonly #news: HostNews | undefined;
  readonly #slow = new Set<Sign>();
  readonly #warnedAt = new Map<string, number>();
  #queueMs = 0;
  #cpuShare = 1;

  constructor(clock: Clock, logger: Logger, metrics: Metrics, news?: HostNews) {
    this.#clock = clock;
    this.#logger = logger;
    this.#metrics = metrics;
    this.#news = news;
  }

  started(kind: ExecutionKind, queuedMs: number): void {
    if (isBacking(kind)) return;
    this.#queueMs += WEIGHT * (queuedMs - this.#queueMs);
    this.#judge(this.#queueMs > MAX_QUEUE_MS, {
      sign: 'queue-time',
      averageQueueMs: Math.round(this.#queueMs),
      remedy: 'give the host more execute workers if CPUs are idle, else a faster machine',
    });
  }

  executed(cpuTimeNs: bigint, wallTimeMs: number): void {
    const ownMs = wallTimeMs - LOADING_MS;
    if (ownMs < MIN_JOB_MS) return;
    const share = Math.min(1, Number(cpuTimeNs) / 1e6 / ownMs);
    this.#cpuShare += WEIGHT * (share - this.#cpuShare);
    this.#judge(this.#cpuShare < MIN_CPU_SHARE, {
      sign: 'cpu-share',
      averageCpuShare: Number(this.#cpuShare.toFixed(2)),
      remedy: 'run fewer execute workers than CPUs, or free the machine of other work',
    });
  }

  #judge(slow: boolean, average: Average): void {
    const { sign: told, ...details } = average;
    const sign = METRIC_LABEL[told];
    this.#metrics.tooSlow(sign, slow);
    if (slow !== this.#slow.has(told)) {
      if (slow) this.#slow.add(told);
      else this.#slow.delete(told);
      this.#news?.tell('slow-machine', () => ({ slow, ...average }));
    }
    const now = this.#clock.now();
    if (!slow || now - (this.#warnedAt.get(sign) ?? Number.NEGATIVE_INFINITY) < WARN_EVERY_MS) return;
    this.#warnedAt.set(sign, now);
    this.#logger.warn({ sign, ...details }, 'this machine is too slow for its time limits');
  }
}
