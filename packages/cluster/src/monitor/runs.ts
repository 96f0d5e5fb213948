import type { JetStreamManager } from '@nats-io/jetstream';
import { BUCKETS, keysStream } from '../names.ts';
import { parseRun, type RunRecord } from '../records/index.ts';
import { isRemoved, keyIn, keysOf } from './bucket.ts';
import { type Info, infoOf } from './info.ts';

const STREAM = keysStream(BUCKETS.runs);
/** Far more than there can be work for; a hostile writer's do not fill the memory. */
const MOST_RUNS = 10_000;

/** What is kept of a run. */
export type RunName = Pick<RunRecord, 'name' | 'replicas' | 'version' | 'state'>;

/**
 * The runs of a cluster. Runs that are over leave a mark in their bucket for good, so each message of it is read once:
 * what came since the last time is all that is asked for.
 */
export class RunList {
  readonly #runs = new Map<string, { readonly seq: number; readonly run: RunName }>();
  #made = '';
  #seen = 0;

  /**
   * Those that are not over, the newest last. What was read stays read if it ends early.
   * @throws the signal's reason, and what the client's requests do
   */
  async read(jsm: JetStreamManager, signal: AbortSignal): Promise<RunName[]> {
    const info = await infoOf(jsm, STREAM);
    if (info === undefined) return [];
    this.#forget(info);
    while (this.#seen < info.state.last_seq) {
      signal.throwIfAborted();
      const next = { seq: this.#seen + 1, next_by_subj: keysOf(BUCKETS.runs) };
      const message = await jsm.streams.getMessage(STREAM, next);
      this.#seen = message?.seq ?? info.state.last_seq;
      if (message === null) continue;
      const name = keyIn(BUCKETS.runs, message.subject);
      this.#runs.delete(name);
      const run = isRemoved(message) ? undefined : readRun(message.data);
      if (run?.name === name && this.#runs.size < MOST_RUNS) this.#runs.set(name, { seq: message.seq, run });
    }
    return [...this.#runs.values()].map(({ run }) => run);
  }

  /** Whatever went away otherwise than by a mark: with the bucket, or with its messages. */
  #forget({ created, state }: Info): void {
    if (created !== this.#made || state.last_seq < this.#seen) {
      this.#runs.clear();
      this.#seen = 0;
    }
    this.#made = created;
    for (const [name, { seq }] of this.#runs) if (seq < state.first_seq) this.#runs.delete(name);
  }
}

/** Undefined for one of another version, or what is none. */
function readRun(bytes: Uint8Array): RunName | undefined {
  try {
    const { name, replicas, version, state } = parseRun(bytes);
    return { name, replicas, version, state };
  } catch {
    return undefined;
  }
}
