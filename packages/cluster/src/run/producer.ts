import { ClusterError } from '../errors.ts';
import { BUCKETS, jobSubject, STREAMS } from '../names.ts';
import { digestOf, parseJob } from '../records/index.ts';
import { publishOnce, type Store } from '../store/index.ts';
import { again, patience } from './again.ts';
import type { Collector } from './collector.ts';
import { askedIn, checkJob, type Job, JobMessages } from './job.ts';
import type { LargeObjects } from './large-objects.ts';
import type { Result } from './results.ts';
import type { Window } from './window.ts';

/** One candidate or PVF of a run. */
export interface Entry {
  /** Its place in the run, from 0: the same each time. They come in ascending order; what is left out is done already. */
  readonly index: number;
  readonly job: Job;
}

const SUBMITTED_AT_ONCE = 16;

/** What the parts of a run that is under way share. */
export interface Underway {
  readonly store: Store;
  readonly run: string;
  readonly replicas: number;
  /** Whether some of it may be in the queue or answered already. */
  readonly resumed: boolean;
  readonly window: Window<Result>;
  readonly collector: Collector;
  readonly large: LargeObjects;
  readonly signal: AbortSignal;
}

/** The job that lies under a subject, as long as nobody has said that it is done; null if none does. */
export async function queued({ connection: { jsm } }: Store, subject: string): Promise<Uint8Array | null> {
  return (await jsm.streams.getMessage(STREAMS.jobs, { last_by_subj: subject }))?.data ?? null;
}

/** Gives entries to the queue, as the window has room. */
export class Producer {
  readonly #context: Underway;
  readonly #jobs: JobMessages;

  constructor(context: Underway) {
    this.#context = context;
    this.#jobs = new JobMessages(context.store, context.large);
  }

  /** @param onEntry told of each before it goes out */
  async run(entries: AsyncIterable<Entry>, onEntry: (index: number) => Promise<void>): Promise<void> {
    const { window } = this.#context;
    const tasks = new Set<Promise<void>>();
    for await (const entry of entries) {
      if (!(await window.room())) break;
      checkJob(entry.job);
      const asked = askedIn(entry.job);
      const digest = digestOf(asked);
      window.open(entry.index, ({ job }) => {
        if (job !== undefined) this.#requireSame(entry.index, digest, job);
      });
      await onEntry(entry.index);
      const task: Promise<void> = this.#submit(entry, asked, digest)
        .catch((error: unknown) => window.fail(error))
        .finally(() => tasks.delete(task));
      tasks.add(task);
      if (tasks.size >= SUBMITTED_AT_ONCE) await Promise.race(tasks);
    }
    await Promise.all(tasks);
    window.allOpened();
  }

  /** @throws ClusterError RUN_DIFFERS: an answer to something else is none */
  #requireSame(index: number, own: string, found: string): void {
    if (found === own) return;
    const { run } = this.#context;
    throw new ClusterError(
      'RUN_DIFFERS',
      { name: run },
      `the run ${run} was asked something else as number ${index}: its inputs have changed since, or others have its name; choose another name, or cancel it`,
    );
  }

  async #submit({ index, job }: Entry, asked: ReturnType<typeof askedIn>, digest: string): Promise<void> {
    const { store, run, replicas, resumed, window, collector, signal } = this.#context;
    let message: ((replica: number) => Uint8Array) | undefined;
    for (let replica = 0; replica < replicas; replica += 1) {
      const place = { run, index, replica };
      const subject = jobSubject(place, job.code.hash);
      if (resumed) {
        // In this order: a job leaves the queue after its answer is written.
        const there = await again(() => queued(store, subject), signal);
        const before = await again(() => collector.get(place), signal);
        if (before !== undefined) window.put(index, replica, before);
        else if (there != null) {
          this.#requireSame(index, digest, digestOf(parseJob(there).head));
          window.sent(index, replica, subject);
        }
        if (before !== undefined || there !== null) {
          this.#jobs.found(job, index);
          continue;
        }
      }
      const full = patience(STREAMS.jobs);
      message ??= await again(
        () => this.#jobs.make(job, asked, run, index, replicas),
        signal,
        patience(BUCKETS.povs),
      );
      if (message === undefined) return;
      const bytes = message(replica);
      const written = await publishOnce(store.connection, STREAMS.jobs, subject, bytes, {
        signal,
        onFull: full,
      });
      if (written !== 'aborted') window.sent(index, replica, subject);
    }
  }
}
