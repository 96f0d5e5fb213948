import type { PrecheckOutcome, ProgressEvent, PvfHost, ValidationOutcome } from '@pvf/host';
import { outcomeJson, plain, recordedOutcome } from '../convert/index.ts';
import { ProblemError } from '../problem.ts';
import type { Layer } from '../schemas/index.ts';
import { ByteBudget, Codes, EventLog, Minutes } from '../state/index.ts';
import { ClusterState, type ReadCluster } from './cluster.ts';
import { type Inspect, Inspections } from './inspections.ts';
import { KEPT_EVENT_BYTES, type ServiceLimits } from './limits.ts';

export interface ServiceOptions {
  readonly host: PvfHost;
  readonly limits: ServiceLimits;
  /** Words and remedies of the layers of isolation; default: the layers alone. */
  readonly layers?: ((host: PvfHost) => Layer[]) | undefined;
  /** Looks into a module, isolated from this process; without it `GET …/inspection` is not there. */
  readonly inspect?: Inspect | undefined;
  /** Reads what a cluster is doing; without it `GET /v1/cluster` is not there. */
  readonly cluster?: ReadCluster | undefined;
}

/** What both prechecks and validations are asked with. */
export interface Control {
  readonly signal: AbortSignal;
  readonly onProgress?: (event: ProgressEvent) => void;
}

/** What the service knows beside its host: uploaded code, what happened, what runs. Listeners share one. */
export class Service {
  readonly host: PvfHost;
  readonly limits: ServiceLimits;
  readonly codes: Codes;
  readonly bodies: ByteBudget;
  readonly events: EventLog;
  readonly minutes = new Minutes();
  readonly startedAt = new Date();
  readonly layers: ((host: PvfHost) => Layer[]) | undefined;
  /** Undefined without a way to look into modules. */
  readonly inspections: Inspections | undefined;
  /** Undefined without one to watch. */
  readonly cluster: ClusterState | undefined;
  readonly #running = new Map<Promise<unknown>, AbortController>();
  readonly #forget: (() => void)[];
  readonly #ending = new AbortController();
  #total = 0;
  #cutShort = false;

  constructor({ host, limits, layers, inspect, cluster }: ServiceOptions) {
    this.host = host;
    this.limits = limits;
    this.layers = layers;
    this.inspections = inspect && new Inspections(inspect, this.#ending.signal);
    this.cluster = cluster && new ClusterState(cluster, this.#ending.signal);
    this.codes = new Codes(host, limits.storedCodeBytes);
    this.bodies = new ByteBudget(limits.bodyBytesAtOnce);
    this.events = new EventLog({ events: limits.keptEvents, bytes: KEPT_EVENT_BYTES });
    const at = () => new Date().toISOString();
    this.#forget = [
      host.events.on('outcome', (event) => {
        const { kind: outcome, vote } = event.outcome;
        this.minutes.count({ request: event.request, outcome, vote });
        const number = this.events.next;
        this.events.append('outcome', { id: this.events.idOf(number), at: at(), ...recordedOutcome(event) });
      }),
      host.events.on('artifact-prepared', ({ codeHash, prepHash, sizeBytes }) =>
        this.events.append('artifact-prepared', plain({ at: at(), codeHash, prepHash, sizeBytes }) as object),
      ),
      host.events.on('worker-ended', ({ type, ...event }) =>
        this.events.append(type, { at: at(), ...event }),
      ),
      host.events.on('slow-machine', ({ type, ...event }) =>
        this.events.append(type, { at: at(), ...event }),
      ),
    ];
  }

  /** Aborted as soon as no new request is taken. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  get running(): number {
    return this.#running.size;
  }

  get total(): number {
    return this.#total;
  }

  /** @throws ProblemError SHUTTING_DOWN */
  assertOpen(): void {
    if (this.#ending.signal.aborted)
      throw new ProblemError('SHUTTING_DOWN', 'this service is ending: abstain, or ask another', {
        retryAfter: 10,
      });
  }

  /**
   * Runs a precheck or validation to its outcome, in JSON.
   * @param gone aborted when nobody waits for the outcome any more
   * @throws ProblemError BUSY, SHUTTING_DOWN
   */
  async run(
    gone: AbortSignal,
    ask: (signal: AbortSignal) => Promise<PrecheckOutcome | ValidationOutcome>,
  ): Promise<unknown> {
    this.assertOpen();
    if (this.#running.size >= this.limits.requestsAtOnce)
      throw new ProblemError(
        'BUSY',
        `${this.limits.requestsAtOnce} requests are in work already; try again later`,
        {
          retryAfter: 1,
        },
      );
    this.#total += 1;
    const control = new AbortController();
    const leave = (): void => control.abort();
    if (gone.aborted) leave();
    gone.addEventListener('abort', leave, { once: true });
    const task = ask(control.signal);
    this.#running.set(task, control);
    try {
      const outcome = await task;
      return outcomeJson(outcome, this.#cutShort && !gone.aborted);
    } finally {
      this.#running.delete(task);
      gone.removeEventListener('abort', leave);
    }
  }

  /** Takes no new requests; resolves when those that run have ended, or after `graceMs`, when they are taken back. */
  async end(graceMs: number): Promise<void> {
    this.#ending.abort();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, graceMs);
    await Promise.race([this.#settled(), late]);
    clearTimeout(timer);
    this.#cutShort = true;
    for (const control of this.#running.values()) control.abort();
    await this.#settled();
    for (const forget of this.#forget) forget();
  }

  async #settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running.keys());
  }
}
