import type { EventSourceMessage } from 'eventsource-parser/stream';
import type { Connection } from '../api/follow.ts';
import type { Artifacts, Cluster, OutcomeRecord, Statistics, Status } from '../api/types.ts';
import { type Answer, answerOf, type ToldAnswer } from './answers.ts';
import { Recent } from './recent.ts';

/** Outcomes that are kept for the list. With the bounds on each one's texts they are some megabytes at the worst. */
export const KEPT_ANSWERS = 500;
const KEPT_WORKERS = 20;

/** The page is drawn at most that often, however much happens. Milliseconds. */
const DRAW_EVERY_MS = 250;

export interface EndedWorker {
  readonly id: string;
  readonly at: number;
  readonly worker: string;
  readonly pid: number;
  readonly reason: string;
  readonly jobs: number;
}

/** That events were lost between two that were seen. */
export interface Gap {
  readonly reason: string;
  readonly missed: number | undefined;
  readonly at: number;
}

/** Everything that the page shows; replaced as a whole, never changed. */
export interface Snapshot {
  readonly connection: Connection;
  readonly status: Status | undefined;
  readonly statistics: Statistics | undefined;
  readonly artifacts: Artifacts | undefined;
  /** As last read; undefined before, and where the service watches none. */
  readonly cluster: Cluster | undefined;
  /** Why the last reading of the cluster failed; gone with the next that does not. */
  readonly clusterTrouble: string | undefined;
  /** Why the last reading failed; gone with the next that does not. */
  readonly trouble: string | undefined;
  /** Newest first. */
  readonly answers: readonly Answer[];
  /** Newest first. */
  readonly ended: readonly EndedWorker[];
  readonly gap: Gap | undefined;
  /** Remedies of the slow machine's signs, as the service told them. */
  readonly remedies: ReadonlyMap<string, string>;
}

/** What is known of the service. Events change it at once; who listens is told a few times a second at most. */
export class Store {
  readonly #answers = new Recent<Answer>(KEPT_ANSWERS);
  readonly #ended = new Recent<EndedWorker>(KEPT_WORKERS);
  readonly #remedies = new Map<string, string>();
  readonly #listeners = new Set<() => void>();
  readonly #schedule: (call: () => void, ms: number) => void;
  #rest: Omit<Snapshot, 'answers' | 'ended' | 'remedies'> = {
    connection: { state: 'connecting' },
    status: undefined,
    statistics: undefined,
    artifacts: undefined,
    cluster: undefined,
    clusterTrouble: undefined,
    trouble: undefined,
    gap: undefined,
  };
  #snapshot: Snapshot = this.#made();
  #pending = false;

  /** @param schedule of tests */
  constructor(schedule: (call: () => void, ms: number) => void = (call, ms) => setTimeout(call, ms)) {
    this.#schedule = schedule;
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** @returns a function that ends it */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  set(change: Partial<Omit<Snapshot, 'answers' | 'ended' | 'remedies'>>): void {
    this.#rest = { ...this.#rest, ...change };
    this.#changed();
  }

  /** Outcomes of before this page was opened, ascending. */
  addOutcomes(records: readonly OutcomeRecord[]): void {
    for (const record of records) this.#addOutcome(record);
    this.#changed();
  }

  /** An event of the stream. One that this page does not know, or cannot read, is left out. */
  event({ event, data }: EventSourceMessage): void {
    let value: unknown;
    try {
      value = JSON.parse(data);
    } catch {
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    switch (event) {
      case 'outcome':
        this.#addOutcome(value as OutcomeRecord);
        break;
      case 'worker-ended': {
        const ended = value as Omit<EndedWorker, 'at' | 'id'> & { at: string };
        this.#ended.add({ ...ended, id: `${ended.pid}-${ended.at}`, at: Date.parse(ended.at) });
        break;
      }
      case 'slow-machine': {
        const { sign, remedy } = value as { sign: string; remedy: string };
        this.#remedies.set(sign, remedy);
        break;
      }
      case 'gap': {
        const { reason, missed } = value as { reason: string; missed?: number };
        this.#rest = { ...this.#rest, gap: { reason, missed, at: Date.now() } };
        break;
      }
      default:
        return;
    }
    this.#changed();
  }

  #addOutcome(record: OutcomeRecord): void {
    const { id, at, request, outcome } = record;
    this.#answers.add(answerOf(id, Date.parse(at), request, outcome as unknown as ToldAnswer));
  }

  #changed(): void {
    if (this.#pending) return;
    this.#pending = true;
    this.#schedule(() => {
      this.#pending = false;
      this.#snapshot = this.#made();
      for (const listener of this.#listeners) listener();
    }, DRAW_EVERY_MS);
  }

  #made(): Snapshot {
    return {
      ...this.#rest,
      answers: this.#answers.list,
      ended: this.#ended.list,
      remedies: new Map(this.#remedies),
    };
  }
}
