import { randomBytes } from 'node:crypto';
import pino, { type Logger } from 'pino';
import { ClusterError } from '../errors.ts';
import { agentVersion, checkName, placeKey } from '../names.ts';
import { type AgentRecord, type JobRecord, type Machine, parseJob } from '../records/index.ts';
import { ensureConsumers, LEASE_MS, openStore, pause, type Store } from '../store/index.ts';
import { Attempts } from './attempts.ts';
import { Codes } from './codes.ts';
import { Breaker } from './faults.ts';
import { Feed } from './feed.ts';
import { type Held, HeldJobs } from './held.ts';
import { type Ending, runDelivery } from './job-task.ts';
import { thisMachine } from './machine.ts';
import type { AgentOptions } from './options.ts';
import { PartitionOrder } from './order.ts';
import { Presence } from './presence.ts';
import { type Delivery, Puller } from './pull.ts';
import { RunsWatch } from './runs.ts';
import { Tally } from './tally.ts';
import { Work } from './work.ts';

const RENEW_MS = LEASE_MS / 3;

/** A machine's part in the cluster: takes jobs as it has room, and writes exactly one result for each. */
export class Agent {
  readonly #options: AgentOptions;
  readonly #store: Store;
  readonly #logger: Logger;
  readonly #machine: Machine;
  readonly #version: string;
  readonly #session = randomBytes(12).toString('hex');
  readonly #held = new HeldJobs();
  readonly #tasks = new Set<Promise<void>>();
  readonly #breaker = new Breaker();
  readonly #tally = new Tally();
  readonly #stopping = new AbortController();
  readonly #codes: Codes;
  readonly #attempts: Attempts;
  readonly #work: Work;
  readonly #puller: Puller;
  readonly #runs: RunsWatch;
  readonly #presence: Presence;
  readonly #feed: Feed;
  readonly #renew: NodeJS.Timeout;
  readonly #ended = Promise.withResolvers<ClusterError | undefined>();
  #closed: Promise<void> | undefined;

  /**
   * Connects and begins to take jobs.
   * @throws ClusterError CONNECTION, NOT_AUTHORISED, SERVER_VERSION, NO_JETSTREAM, STORE, AGENT_ID_TAKEN, INVALID_OPTION
   */
  static async start(options: AgentOptions): Promise<Agent> {
    checkName('id', options.id);
    if (!(Number.isSafeInteger(options.slots) && options.slots > 0))
      throw new ClusterError('INVALID_OPTION', { option: 'slots' }, 'slots must be a whole number above 0');
    const store = await openStore({ ...options, name: options.name ?? `pvf agent ${options.id}` });
    try {
      await ensureConsumers(store.connection.jsm, agentVersion(options.workers));
      const agent = new Agent(options, store);
      await agent.#presence.start(options.idPatienceMs);
      void agent.#feed.run();
      return agent;
    } catch (error) {
      await store.connection.close();
      throw error;
    }
  }

  private constructor(options: AgentOptions, store: Store) {
    const { id, executor } = options;
    this.#options = options;
    this.#store = store;
    this.#version = agentVersion(options.workers);
    this.#logger = options.logger ?? pino({ level: 'warn' }, pino.destination(2));
    this.#machine = thisMachine(options.engine);
    this.#codes = new Codes(executor, options.codeDirectory, this.#logger, options.codeMemory);
    this.#attempts = new Attempts(store.attempts, id, this.#logger);
    const { maxPovBytes } = options;
    this.#work = new Work({
      store,
      executor,
      codes: this.#codes,
      agent: id,
      machine: this.#machine,
      logger: this.#logger,
      ...(maxPovBytes !== undefined && { maxPovBytes }),
    });
    this.#puller = new Puller(store.connection.nc, this.#version, (delivery) => this.#accept(delivery));
    this.#runs = new RunsWatch(store, this.#logger, (run) => this.#held.abort(run));
    this.#presence = new Presence(
      store.agents,
      () => this.describe(),
      this.#logger,
      (error) => this.#fail(error),
    );
    this.#feed = new Feed({
      puller: this.#puller,
      breaker: this.#breaker,
      order: new PartitionOrder(Number.parseInt(this.#session.slice(0, 4), 16)),
      loaded: () => this.#codes.partitions,
      room: () => this.#capacity - this.#held.size,
      signal: this.#stopping.signal,
    });
    this.#renew = setInterval(() => this.#held.renew(), RENEW_MS);
    this.#renew.unref();
    void store.connection.ended.then((error) => error && this.#fail(error));
  }

  /** Resolves when the agent has ended: with an error if it had to (credentials that do not count any more, its id taken). */
  get ended(): Promise<ClusterError | undefined> {
    return this.#ended.promise;
  }

  /** What it tells the others. */
  describe(): AgentRecord {
    const paused = this.#breaker.cause;
    return {
      format: 1,
      id: this.#options.id,
      session: this.#session,
      version: this.#version,
      machine: this.#machine,
      slots: this.#options.slots,
      running: this.#held.running,
      done: this.#tally.done,
      failed: this.#tally.failed,
      rate: this.#tally.rate,
      loaded: this.#codes.count,
      ...(paused !== undefined && { paused }),
    };
  }

  /** Takes nothing more, waits for what runs, at most `graceMs`; the rest is given back, for other agents at once. */
  close(graceMs = 0): Promise<void> {
    this.#closed ??= this.#close(graceMs, undefined);
    return this.#closed;
  }

  #fail(error: ClusterError): void {
    this.#closed ??= this.#close(0, error);
  }

  async #close(graceMs: number, error: ClusterError | undefined): Promise<void> {
    this.#stopping.abort();
    this.#puller.close();
    this.#runs.close();
    this.#feed.wake();
    for (const held of this.#held.waiting()) {
      this.#held.delete(held);
      held.delivery.giveBack();
    }
    if (this.#tasks.size > 0 && graceMs > 0) await Promise.race([Promise.all(this.#tasks), pause(graceMs)]);
    this.#held.abort();
    await Promise.all(this.#tasks);
    clearInterval(this.#renew);
    if (error === undefined) await this.#presence.end();
    else await Promise.race([this.#presence.end(), pause(1_000)]);
    await this.#store.connection.close();
    this.#ended.resolve(error);
  }

  /** So many jobs are held at most: the inputs of some are fetched while others run. */
  get #capacity(): number {
    return this.#options.slots + Math.max(1, Math.ceil(this.#options.slots / 2));
  }

  #accept(delivery: Delivery): void {
    // While nothing was there, all partitions were asked at once: what is too much is for others.
    if (this.#stopping.signal.aborted || this.#held.size >= this.#capacity || this.#breaker.pauseMs > 0) {
      delivery.giveBack();
      return;
    }
    let job: JobRecord;
    try {
      job = parseJob(delivery.data);
    } catch (error) {
      // Nothing of ours writes such a thing, and no agent could do it.
      this.#logger.error(
        { subject: delivery.subject, error: String(error) },
        'a job cannot be read; it is dropped',
      );
      delivery.ack();
      return;
    }
    const held: Held = {
      delivery,
      job,
      inputs: this.#work.inputs(job),
      abort: new AbortController(),
      started: false,
    };
    held.inputs.catch(() => {});
    this.#held.add(held);
    this.#startNext();
  }

  #startNext(): void {
    while (this.#held.running < this.#options.slots) {
      const next = this.#held.next((hash) => this.#codes.has(hash));
      if (next === undefined || this.#stopping.signal.aborted) return;
      next.started = true;
      const task: Promise<void> = this.#run(next).finally(() => this.#tasks.delete(task));
      this.#tasks.add(task);
    }
  }

  async #run(held: Held): Promise<void> {
    const { delivery, job, inputs, abort } = held;
    const context = {
      store: this.#store,
      attempts: this.#attempts,
      work: this.#work,
      logger: this.#logger,
      isOver: (run: string) => this.#runs.isOver(run),
      isBusyWith: ({ head }: JobRecord) => this.#held.isBusyWith(head, held),
    };
    try {
      this.#note(await runDelivery(context, delivery, job, inputs, abort.signal), job);
    } catch (error) {
      // The store cannot be reached or refuses: the job is given again, by us or when its lease ends.
      this.#tally.failed += 1;
      if (!this.#stopping.signal.aborted)
        this.#logger.warn({ job: placeKey(job.head), error: String(error) }, 'a job could not be handled');
      delivery.giveBack(1_000);
    } finally {
      this.#held.delete(held);
      this.#feed.wake();
      this.#startNext();
    }
  }

  #note(ending: Ending, { head }: JobRecord): void {
    if (ending.type === 'answered') {
      this.#tally.add();
      this.#breaker.success();
    } else if (ending.type === 'failed') {
      this.#tally.failed += 1;
      this.#logger.warn({ job: placeKey(head), cause: ending.cause }, 'a job failed here; others get it');
      if (!ending.ofMachine) return;
      this.#breaker.fault(ending.cause);
      // Else the host would tell the same failure again for a quarter of an hour.
      this.#options.executor.forgetFailures(head.code.hash);
    }
  }
}
