import { randomBytes } from 'node:crypto';
import pino, { type Logger } from 'pino';
import { ClusterError } from '../errors.ts';
import { checkName, placeKey } from '../names.ts';
import { type AgentRecord, type JobRecord, type Machine, parseJob } from '../records/index.ts';
import { ensureConsumers, LEASE_MS, openStore, pause, type Store } from '../store/index.ts';
import { VERSION } from '../version.ts';
import { Attempts } from './attempts.ts';
import { Codes } from './codes.ts';
import { Breaker } from './faults.ts';
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
const IDLE_MS = 5_000;

/** A job that this agent has. */
interface Held {
  readonly delivery: Delivery;
  readonly job: JobRecord;
  readonly inputs: ReturnType<Work['inputs']>;
  readonly abort: AbortController;
  started: boolean;
}

/** A machine's part in the cluster: takes jobs as it has room, and writes exactly one result for each. */
export class Agent {
  readonly #options: AgentOptions;
  readonly #store: Store;
  readonly #logger: Logger;
  readonly #machine: Machine;
  readonly #session = randomBytes(12).toString('hex');
  readonly #held = new Set<Held>();
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
  readonly #order: PartitionOrder;
  readonly #renew: NodeJS.Timeout;
  readonly #ended = Promise.withResolvers<ClusterError | undefined>();
  #wake: () => void = () => {};
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
      await ensureConsumers(store.connection.jsm);
      const agent = new Agent(options, store);
      await agent.#presence.start(options.idPatienceMs);
      void agent.#feed();
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
    this.#puller = new Puller(store.connection.nc, (delivery) => this.#accept(delivery));
    this.#runs = new RunsWatch(store, this.#logger, (run) => this.#abandon(run));
    this.#presence = new Presence(
      store.agents,
      () => this.describe(),
      this.#logger,
      (error) => this.#fail(error),
    );
    this.#order = new PartitionOrder(Number.parseInt(this.#session.slice(0, 4), 16));
    this.#renew = setInterval(() => {
      for (const { delivery } of this.#held) delivery.working();
    }, RENEW_MS);
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
      version: VERSION,
      machine: this.#machine,
      slots: this.#options.slots,
      running: this.#running,
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
    this.#wake();
    for (const held of [...this.#held]) if (!held.started) this.#giveBack(held);
    if (this.#tasks.size > 0 && graceMs > 0) await Promise.race([Promise.all(this.#tasks), pause(graceMs)]);
    for (const { abort } of this.#held) abort.abort();
    await Promise.all(this.#tasks);
    clearInterval(this.#renew);
    if (error === undefined) await this.#presence.end();
    else await Promise.race([this.#presence.end(), pause(1_000)]);
    await this.#store.connection.close();
    this.#ended.resolve(error);
  }

  get #running(): number {
    let running = 0;
    for (const { started } of this.#held) if (started) running += 1;
    return running;
  }

  /** So many jobs are held at most: the inputs of some are fetched while others run. */
  get #capacity(): number {
    return this.#options.slots + Math.max(1, Math.ceil(this.#options.slots / 2));
  }

  async #feed(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const { pauseMs } = this.#breaker;
      if (pauseMs > 0) {
        await pause(pauseMs, signal);
        continue;
      }
      const room = this.#capacity - this.#held.size;
      if (room <= 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      if (!(await this.#take(room)) && !signal.aborted) await this.#puller.wait(IDLE_MS);
    }
  }

  /** @returns whether there was something */
  async #take(room: number): Promise<boolean> {
    const loaded = this.#codes.partitions;
    for (const partition of this.#order.order(loaded)) {
      if (this.#stopping.signal.aborted) return true;
      if ((await this.#puller.poll(partition, room)) === 0) continue;
      this.#order.took(partition, loaded);
      return true;
    }
    return false;
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
    while (this.#running < this.#options.slots) {
      const waiting = [...this.#held].filter(({ started }) => !started);
      const next = waiting.find(({ job }) => this.#codes.has(job.head.code.hash)) ?? waiting[0];
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
      isBusyWith: ({ head }: JobRecord) => this.#isBusyWith(head, held),
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
      this.#wake();
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

  #isBusyWith(head: JobRecord['head'], self: Held): boolean {
    for (const held of this.#held)
      if (
        held !== self &&
        held.started &&
        held.job.head.run === head.run &&
        held.job.head.index === head.index
      )
        return true;
    return false;
  }

  #giveBack(held: Held): void {
    this.#held.delete(held);
    held.delivery.giveBack();
  }

  #abandon(run: string): void {
    for (const { job, abort } of this.#held) if (job.head.run === run) abort.abort();
  }
}
