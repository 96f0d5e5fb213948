import type { ExecutorParam } from '@pvf/host';
import { ProblemError } from '../problem.ts';
import type { Inspection } from '../schemas/index.ts';

/**
 * Looks into a module of somebody, isolated from this process. An error says in words for people why there is no answer.
 * @param executorParams what warnings depend on
 */
export type Inspect = (
  code: Uint8Array,
  executorParams: readonly ExecutorParam[],
  signal: AbortSignal,
) => Promise<Inspection>;

/** Each is a process with up to a gigabyte. */
const AT_ONCE = 2;
const MAY_WAIT = 32;

/** Inspections, a few at once; the others wait in order. */
export class Inspections {
  readonly #inspect: Inspect;
  readonly #ending: AbortSignal;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** @param ending takes back what runs */
  constructor(inspect: Inspect, ending: AbortSignal) {
    this.#inspect = inspect;
    this.#ending = ending;
  }

  /**
   * @param gone aborted when nobody waits for the answer any more
   * @throws ProblemError INSPECTION_FAILED, BUSY, SHUTTING_DOWN
   */
  async run(
    code: Uint8Array,
    executorParams: readonly ExecutorParam[],
    gone: AbortSignal,
  ): Promise<Inspection> {
    if (this.#waiting.length >= MAY_WAIT)
      throw new ProblemError('BUSY', `${MAY_WAIT} inspections wait already; try again later`, {
        retryAfter: 5,
      });
    const signal = AbortSignal.any([gone, this.#ending]);
    await this.#turn();
    try {
      signal.throwIfAborted();
      return await this.#inspect(code, executorParams, signal);
    } catch (error) {
      if (this.#ending.aborted)
        throw new ProblemError('SHUTTING_DOWN', 'this service is ending: ask another', { retryAfter: 10 });
      throw new ProblemError('INSPECTION_FAILED', error instanceof Error ? error.message : String(error));
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** Resolves when there is room, which the caller then has. */
  async #turn(): Promise<void> {
    if (this.#running >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
  }
}
