import { Counter, exponentialBuckets, Gauge, Histogram, type Registry } from 'prom-client';
import type { WorkerKind } from '../errors.ts';
import type { PrecheckOutcome, PreparationStats, ValidationOutcome } from '../outcome.ts';
import type { ExecutionKind, SecurityReport } from '../types.ts';
import {
  EXECUTION_SECONDS,
  FIRST_MEMORY_KIB,
  FIRST_SIZE_BYTES,
  PREPARATION_SECONDS,
  QUEUE_SECONDS,
} from './buckets.ts';

/** The reference's label values of `polkadot_pvf_exec_kind_selected`. */
const PRIORITY_LABEL: Record<ExecutionKind, string> = {
  dispute: 'dispute',
  approval: 'approval',
  'backing-system': 'backing_system_paras',
  backing: 'backing',
};

/** What becomes of artifacts. */
export type CacheEvent = 'hit' | 'miss' | 'evicted' | 'lost';

export type WorkerEvent = 'spawning' | 'spawned' | 'retired';

const MS = 1_000;
const NS = 1e9;
const KIB = 1_024;

/**
 * What the host counts. Names that begin with `polkadot_` are the reference's, with its units and labels, so that
 * dashboards made for it fit; those that begin with `pvf_` are ours.
 */
export class Metrics {
  readonly registry: Registry;
  readonly #workers: Record<WorkerEvent, Counter<'flavor'>>;
  readonly #prepareEnqueued: Counter;
  readonly #prepareConcluded: Counter;
  readonly #executeEnqueued: Counter;
  readonly #executeFinished: Counter;
  readonly #kindSelected: Counter<'priority'>;
  readonly #preparationTime: Histogram;
  readonly #preparationCpu: Histogram;
  readonly #executionTime: Histogram;
  readonly #executionCpu: Histogram;
  readonly #queuedTime: Histogram;
  readonly #queuedByKind: Histogram<'kind'>;
  readonly #memory: Record<'maxRss' | 'maxResident' | 'maxAllocated' | 'peakTracked', Histogram>;
  readonly #povSize: Histogram<'compressed'>;
  readonly #codeSize: Histogram;
  readonly #cache: Counter<'event'>;
  readonly #requests: Counter<'request'>;
  readonly #inMemory: Counter;
  readonly #retries: Counter<'cause'>;
  readonly #finalFailures: Counter<'error'>;
  readonly #outcomes: Counter<'request' | 'outcome' | 'vote'>;
  readonly #security: Gauge<'feature'>;
  readonly #slow: Gauge<'sign'>;

  constructor(registry: Registry) {
    this.registry = registry;
    const counter = <L extends string>(name: string, help: string, labelNames: L[] = []): Counter<L> =>
      new Counter<L>({ name, help, labelNames, registers: [registry] });
    const histogram = <L extends string>(
      name: string,
      help: string,
      buckets: number[],
      labelNames: L[] = [],
    ): Histogram<L> => new Histogram<L>({ name, help, buckets, labelNames, registers: [registry] });
    const memory = (name: string, help: string): Histogram =>
      histogram(`polkadot_pvf_preparation_${name}`, `${help} of a preparation, KiB`, memoryBuckets());

    this.#workers = {
      spawning: counter('polkadot_pvf_worker_spawning', 'Worker starts begun', ['flavor']),
      spawned: counter('polkadot_pvf_worker_spawned', 'Workers started', ['flavor']),
      retired: counter('polkadot_pvf_worker_retired', 'Workers ended, by the host or on their own', [
        'flavor',
      ]),
    };
    this.#prepareEnqueued = counter('polkadot_pvf_prepare_enqueued', 'Preparations enqueued');
    this.#prepareConcluded = counter('polkadot_pvf_prepare_concluded', 'Preparations that left the pipeline');
    this.#executeEnqueued = counter('polkadot_pvf_execute_enqueued', 'Executions enqueued');
    this.#executeFinished = counter('polkadot_pvf_execute_finished', 'Executions that left the pipeline');
    this.#kindSelected = counter('polkadot_pvf_exec_kind_selected', 'Executions given to a worker', [
      'priority',
    ]);
    this.#preparationTime = histogram(
      'polkadot_pvf_preparation_time',
      'Wall time from request to answer of a preparation, seconds',
      PREPARATION_SECONDS,
    );
    this.#preparationCpu = histogram(
      'pvf_preparation_cpu_seconds',
      'CPU time of a preparation',
      PREPARATION_SECONDS,
    );
    this.#executionTime = histogram(
      'polkadot_pvf_execution_time',
      'Wall time from request to answer of an execution, seconds',
      EXECUTION_SECONDS,
    );
    this.#executionCpu = histogram(
      'pvf_execution_cpu_seconds',
      'CPU time of an execution',
      EXECUTION_SECONDS,
    );
    this.#queuedTime = histogram(
      'polkadot_pvf_execution_queued_time',
      'Time that an execution waited for its worker, seconds',
      QUEUE_SECONDS,
    );
    this.#queuedByKind = histogram(
      'pvf_execution_queued_seconds',
      'Time that an execution waited for its worker, by kind',
      QUEUE_SECONDS,
      ['kind'],
    );
    this.#memory = {
      maxRss: memory('max_rss', 'Largest resident set (ru_maxrss)'),
      maxResident: memory('max_resident', 'Most resident memory, polled'),
      maxAllocated: memory('max_allocated', 'Most allocated memory, polled'),
      peakTracked: memory('peak_tracked_allocation', 'Peak of tracked allocations'),
    };
    this.#povSize = histogram(
      'polkadot_parachain_candidate_validation_pov_size',
      'Size of a PoV, bytes',
      sizeBuckets(),
      ['compressed'],
    );
    this.#codeSize = histogram(
      'polkadot_parachain_candidate_validation_code_size',
      'Decompressed size of a PVF, bytes',
      sizeBuckets(),
    );
    this.#cache = counter('pvf_artifact_cache_total', 'Artifact cache: hit, miss, evicted, lost', ['event']);
    this.#requests = counter('pvf_requests_total', 'Requests taken in', ['request']);
    this.#inMemory = counter(
      'pvf_requests_in_shared_memory_total',
      'Requests that execute workers got through shared memory',
    );
    this.#retries = counter('pvf_retries_total', 'Executions tried again, by the cause', ['cause']);
    this.#finalFailures = counter(
      'pvf_final_preparation_failures_total',
      'PVFs from whose candidates this host abstains from now on, because they cannot be prepared',
      ['error'],
    );
    this.#outcomes = counter('pvf_outcomes_total', 'Outcomes with their vote', [
      'request',
      'outcome',
      'vote',
    ]);
    this.#security = new Gauge({
      name: 'pvf_security_feature',
      help: '1 for each layer of isolation that works here, and for secure mode',
      labelNames: ['feature'],
      registers: [registry],
    });
    this.#slow = new Gauge({
      name: 'pvf_machine_too_slow',
      help: '1 while this machine is too slow for its time limits, by sign: queue_time or cpu_share',
      labelNames: ['sign'],
      registers: [registry],
    });
  }

  worker(kind: WorkerKind, event: WorkerEvent): void {
    this.#workers[event].inc({ flavor: kind });
  }

  prepareEnqueued(): void {
    this.#prepareEnqueued.inc();
  }

  prepareConcluded(): void {
    this.#prepareConcluded.inc();
  }

  prepared(stats: PreparationStats): void {
    this.#preparationTime.observe(stats.wallTimeMs / MS);
    this.#preparationCpu.observe(Number(stats.cpuTimeNs) / NS);
    this.#codeSize.observe(stats.codeLength);
    const { maxRss, maxResident, maxAllocated, peakTracked } = this.#memory;
    observeKib(maxRss, stats.maxRssBytes);
    observeKib(maxResident, stats.maxResidentBytes);
    observeKib(maxAllocated, stats.maxAllocatedBytes);
    observeKib(peakTracked, stats.peakTrackedAllocBytes);
  }

  executeEnqueued(povBytes: number): void {
    this.#executeEnqueued.inc();
    this.#povSize.observe({ compressed: 'true' }, povBytes);
  }

  executeStarted(kind: ExecutionKind, queuedMs: number): void {
    this.#kindSelected.inc({ priority: PRIORITY_LABEL[kind] });
    this.#queuedTime.observe(queuedMs / MS);
    this.#queuedByKind.observe({ kind }, queuedMs / MS);
  }

  executeFinished(): void {
    this.#executeFinished.inc();
  }

  executed(wallTimeMs: number): void {
    this.#executionTime.observe(wallTimeMs / MS);
  }

  /** What a worker's answer tells of its job. */
  answered(cpuTimeNs: bigint, povSize: number): void {
    this.#executionCpu.observe(Number(cpuTimeNs) / NS);
    this.#povSize.observe({ compressed: 'false' }, povSize);
  }

  cache(event: CacheEvent): void {
    this.#cache.inc({ event });
  }

  requested(request: 'precheck' | 'validate'): void {
    this.#requests.inc({ request });
  }

  /** An execute worker gets a request through memory that it shares. */
  sharedInMemory(): void {
    this.#inMemory.inc();
  }

  retried(cause: string): void {
    this.#retries.inc({ cause });
  }

  /** @param error the type of the preparation's error */
  gaveUp(error: string): void {
    this.#finalFailures.inc({ error });
  }

  concluded(request: 'precheck' | 'validate', outcome: PrecheckOutcome | ValidationOutcome): void {
    this.#outcomes.inc({ request, outcome: outcome.kind, vote: outcome.vote });
  }

  security({ secureMode, ...features }: SecurityReport): void {
    this.#security.set({ feature: 'secure_mode' }, secureMode ? 1 : 0);
    for (const [feature, state] of Object.entries(features)) {
      this.#security.set({ feature }, state.available ? 1 : 0);
    }
  }

  tooSlow(sign: 'queue_time' | 'cpu_share', slow: boolean): void {
    this.#slow.set({ sign }, slow ? 1 : 0);
  }
}

function observeKib(histogram: Histogram, bytes: number | undefined): void {
  if (bytes !== undefined) histogram.observe(bytes / KIB);
}

function memoryBuckets(): number[] {
  return exponentialBuckets(FIRST_MEMORY_KIB, 2, 10);
}

function sizeBuckets(): number[] {
  return exponentialBuckets(FIRST_SIZE_BYTES, 2, 10);
}
