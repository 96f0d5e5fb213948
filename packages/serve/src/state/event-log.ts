import { randomBytes } from 'node:crypto';

/** An event of the stream: `data` is a line of JSON. */
export interface LoggedEvent {
  readonly number: number;
  readonly event: string;
  readonly data: string;
}

/** What comes after an id: the number of the first event, and what is lost before it. */
export interface Continuation {
  readonly from: number;
  readonly gap?: { reason: 'restarted' | 'too-old'; missed?: number };
}

/**
 * The last events, numbered, for replay. Readers keep a number and read on from it at their own pace, so that a slow one
 * costs no memory.
 */
export class EventLog {
  readonly #run = randomBytes(6).toString('hex');
  readonly #limits: { events: number; bytes: number };
  readonly #readers = new Set<() => void>();
  #events: LoggedEvent[] = [];
  /** Events at the front that are dropped already. */
  #dropped = 0;
  #bytes = 0;
  #next = 1;

  constructor(limits: { events: number; bytes: number }) {
    this.#limits = limits;
  }

  /** Number of the next event. */
  get next(): number {
    return this.#next;
  }

  get #first(): number {
    return this.#next - (this.#events.length - this.#dropped);
  }

  append(event: string, data: object): void {
    const line = JSON.stringify(data);
    this.#events.push({ number: this.#next++, event, data: line });
    this.#bytes += line.length;
    while (this.#next - this.#first > this.#limits.events || this.#bytes > this.#limits.bytes) {
      const oldest = this.#events[this.#dropped] as LoggedEvent;
      this.#bytes -= oldest.data.length;
      this.#events[this.#dropped++] = undefined as never;
    }
    // In pieces, so that dropping one costs the same however many are kept.
    if (this.#dropped > 1_000 && this.#dropped * 2 > this.#events.length) {
      this.#events = this.#events.slice(this.#dropped);
      this.#dropped = 0;
    }
    for (const wake of this.#readers) wake();
  }

  idOf(number: number): string {
    return `${this.#run}-${number}`;
  }

  /** Undefined if it is not kept. */
  at(number: number): LoggedEvent | undefined {
    const index = number - this.#first;
    return index < 0 ? undefined : this.#events[this.#dropped + index];
  }

  byId(id: string): LoggedEvent | undefined {
    const number = this.#numberOf(id);
    return number === undefined ? undefined : this.at(number);
  }

  /** The first that is kept from `number` on, with how many are lost before it. */
  readFrom(number: number): { event: LoggedEvent | undefined; missed: number } {
    const missed = Math.max(0, this.#first - number);
    return { event: this.at(number + missed), missed };
  }

  /** @param id of the last event that somebody has seen; `start` for all that is kept; undefined for what comes from now on */
  after(id: string | undefined): Continuation {
    if (id === undefined) return { from: this.#next };
    if (id === 'start') return { from: this.#first };
    const number = this.#numberOf(id);
    if (number === undefined || number >= this.#next)
      return { from: this.#first, gap: { reason: 'restarted' } };
    const from = number + 1;
    if (from >= this.#first) return { from };
    return { from: this.#first, gap: { reason: 'too-old', missed: this.#first - from } };
  }

  /** The events that are kept, ascending. */
  *[Symbol.iterator](): Generator<LoggedEvent> {
    for (let number = this.#first; number < this.#next; number++) {
      const event = this.at(number);
      if (event !== undefined) yield event;
    }
  }

  /** Calls `wake` after each new event; the function that is returned ends it. */
  onAppend(wake: () => void): () => void {
    this.#readers.add(wake);
    return () => void this.#readers.delete(wake);
  }

  #numberOf(id: string): number | undefined {
    const [run, number] = id.split('-');
    return run === this.#run && number !== undefined && /^[0-9]{1,15}$/.test(number)
      ? Number(number)
      : undefined;
  }
}
