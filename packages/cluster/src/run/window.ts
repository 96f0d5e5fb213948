interface Open<R> {
  readonly check: (result: R) => void;
  readonly results: Map<number, R>;
  /** By replica, where in the queue it was put and when. */
  readonly sent: Map<number, { readonly subject: string; readonly at: number }>;
}

/** What is out and not yet answered, and what is answered and not yet taken: never more than its size, in all. */
export class Window<R> {
  readonly #size: number;
  readonly #replicas: number;
  readonly #open = new Map<number, Open<R>>();
  readonly #ready: { index: number; results: R[] }[] = [];
  #untaken = 0;
  #allOpened = false;
  #ended = false;
  #failure: { error: unknown } | undefined;
  #changed = Promise.withResolvers<void>();

  constructor(size: number, replicas: number) {
    this.#size = size;
    this.#replicas = replicas;
  }

  /** Waits until one more may be opened. @returns false if nothing is wanted any more */
  async room(): Promise<boolean> {
    while (!this.#ended && this.#open.size + this.#untaken >= this.#size) await this.#changed.promise;
    return !this.#ended;
  }

  /** @param check of each answer to it: what it throws is what everything fails with */
  open(index: number, check: (result: R) => void = () => {}): void {
    this.#open.set(index, { check, results: new Map(), sent: new Map() });
  }

  /** It is in the queue now. */
  sent(index: number, replica: number, subject: string): void {
    this.#open.get(index)?.sent.set(replica, { subject, at: performance.now() });
  }

  /** What has been in the queue for so many milliseconds, without an answer. */
  overdue(ms: number): { index: number; replica: number; subject: string }[] {
    const before = performance.now() - ms;
    return [...this.#open].flatMap(([index, { results, sent }]) =>
      [...sent]
        .filter(([replica, { at }]) => at < before && !results.has(replica))
        .map(([replica, { subject }]) => ({ index, replica, subject })),
    );
  }

  /** What is not open is nobody's: an answer that came twice, or one that was taken by an earlier call. */
  put(index: number, replica: number, result: R): void {
    const entry = this.#open.get(index);
    if (entry === undefined || replica >= this.#replicas || entry.results.has(replica)) return;
    try {
      entry.check(result);
    } catch (error) {
      this.fail(error);
      return;
    }
    entry.results.set(replica, result);
    if (entry.results.size < this.#replicas) return;
    this.#open.delete(index);
    const results = [...entry.results].sort(([a], [b]) => a - b).map(([, each]) => each);
    this.#ready.push({ index, results });
    this.#untaken += 1;
    this.#change();
  }

  /** The last that was told has been taken. */
  taken(): void {
    this.#untaken -= 1;
    this.#change();
  }

  allOpened(): void {
    this.#allOpened = true;
    this.#change();
  }

  end(): void {
    this.#ended = true;
    this.#change();
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    this.end();
  }

  /** Each that is complete, until all that were opened are told, or the end. Throws what it failed with. */
  async *complete(): AsyncGenerator<{ index: number; results: R[] }> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#ended) return;
      const next = this.#ready.shift();
      if (next !== undefined) yield next;
      else if (this.#allOpened && this.#open.size === 0) return;
      else await this.#changed.promise;
    }
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
