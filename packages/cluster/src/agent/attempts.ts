import type { KV } from '@nats-io/kv';
import type { Logger } from 'pino';
import { attemptKey, type Place, placeKey } from '../names.ts';
import { type Attempt, AttemptSchema, checker, parseJson } from '../records/index.ts';
import { within } from '../store/index.ts';

/** After so many attempts without an answer a job is a dead letter. */
export const MAX_ATTEMPTS = 5;

const READ_MS = 10_000;

const check = checker('an attempt', AttemptSchema);

/** Who has tried which job. Kept by the cluster: whoever gets a job again must know of attempts that ended with their agent. */
export class Attempts {
  readonly #kv: KV;
  readonly #agent: string;
  readonly #logger: Logger;

  constructor(kv: KV, agent: string, logger: Logger) {
    this.#kv = kv;
    this.#agent = agent;
    this.#logger = logger;
  }

  /** What cannot be written is only missing in the list. */
  async add(place: Place, delivery: number, state: Attempt['state'], cause?: string): Promise<void> {
    const attempt: Attempt = {
      agent: this.#agent,
      delivery,
      at: new Date().toISOString(),
      state,
      ...(cause !== undefined && { cause: cause.slice(0, 2000) }),
    };
    await this.#kv.put(attemptKey(place), JSON.stringify(attempt)).catch((error: unknown) => {
      this.#logger.warn(
        { job: placeKey(place), error: String(error) },
        'an attempt could not be written down',
      );
    });
  }

  /** All of a job, the oldest first. @throws Stalled, and others as they are */
  of(place: Place): Promise<Attempt[]> {
    return within(READ_MS, 'reading attempts', this.#read(place));
  }

  async #read(place: Place): Promise<Attempt[]> {
    const found: Attempt[] = [];
    for await (const entry of await this.#kv.history({ key: attemptKey(place) })) {
      if (entry.operation !== 'PUT') continue;
      try {
        found.push(check(parseJson('an attempt', entry.value)));
      } catch (error) {
        this.#logger.warn({ job: placeKey(place), error: String(error) }, 'an attempt cannot be read');
      }
    }
    return found;
  }
}

/** Attempts that were begun and not handed back: those that a job may be the cause of. */
export function countAttempts(attempts: readonly Attempt[]): number {
  const of = (state: Attempt['state']) => attempts.filter((attempt) => attempt.state === state).length;
  return Math.max(0, of('began') - of('returned'));
}
