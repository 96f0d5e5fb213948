import type { JobRecord } from '../records/index.ts';
import type { Delivery } from './pull.ts';
import type { Work } from './work.ts';

/** A job that this agent has. */
export interface Held {
  readonly delivery: Delivery;
  readonly job: JobRecord;
  readonly inputs: ReturnType<Work['inputs']>;
  readonly abort: AbortController;
  started: boolean;
}

/** The jobs that this agent has: those that run, and some whose inputs are fetched meanwhile. */
export class HeldJobs {
  readonly #held = new Set<Held>();

  get size(): number {
    return this.#held.size;
  }

  get running(): number {
    let running = 0;
    for (const { started } of this.#held) if (started) running += 1;
    return running;
  }

  add(held: Held): void {
    this.#held.add(held);
  }

  delete(held: Held): void {
    this.#held.delete(held);
  }

  /** Which is to start: of a PVF that is loaded, if there is one. */
  next(isLoaded: (codeHash: string) => boolean): Held | undefined {
    const waiting = this.waiting();
    return waiting.find(({ job }) => isLoaded(job.head.code.hash)) ?? waiting[0];
  }

  waiting(): Held[] {
    return [...this.#held].filter(({ started }) => !started);
  }

  /** Whether another answer to the same candidate is being found here. */
  isBusyWith({ run, index }: JobRecord['head'], self: Held): boolean {
    for (const held of this.#held) {
      const { head } = held.job;
      if (held !== self && held.started && head.run === run && head.index === index) return true;
    }
    return false;
  }

  renew(): void {
    for (const { delivery } of this.#held) delivery.working();
  }

  /** Ends what runs: all, or what is of one run. */
  abort(run?: string): void {
    for (const { job, abort } of this.#held) if (run === undefined || job.head.run === run) abort.abort();
  }
}
