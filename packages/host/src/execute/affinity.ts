import { MAX_TEMPLATES, TemplateBudget, templateBytes } from '@pvf/protocol';

/** What loading takes besides the part that grows with the artifact, milliseconds. */
const LOAD_MS = 8;
/** 22 ms of CPU time for an artifact of 15 MB. */
const LOAD_MS_PER_BYTE = 1.5e-6;
/** An artifact whose time is not known yet is taken to run this long, milliseconds. */
const FIRST_RUN_MS = 20;
/** Of the last run in the mean; the rest is what was known before. */
const NEW_SHARE = 0.3;
/** Artifacts whose run times are remembered. */
const MAX_TIMES = 1_000;
/** A second worker loads what another one has in this part of its memory; the rest is for what no worker has. */
const SHARE_FOR_COPIES = 0.5;

/** What a job needs loaded: the artifact's identity and the size of its file in bytes. */
export interface Loadable {
  readonly key: string;
  readonly bytes: number;
}

interface Loaded {
  readonly budget: TemplateBudget;
  running: { readonly key: string; readonly since: number } | undefined;
}

/**
 * Which worker a job should go to, by what the workers have loaded: each decides by itself, and this goes through the
 * same steps. It never says which job is next.
 */
export class Affinity {
  readonly #bytesPerWorker: number;
  readonly #workers = new Map<number, Loaded>();
  /** Mean run time by artifact, milliseconds. */
  readonly #times = new Map<string, number>();

  /** @param bytesPerWorker memory for loaded artifacts, of each worker; 0 where workers load nothing ahead */
  constructor(bytesPerWorker: number) {
    this.#bytesPerWorker = bytesPerWorker;
  }

  /** How long it takes a worker to load an artifact, milliseconds. */
  static loadMs({ bytes }: Loadable): number {
    return LOAD_MS + bytes * LOAD_MS_PER_BYTE;
  }

  started(worker: number, loadable: Loadable | undefined, now: number): void {
    let state = this.#workers.get(worker);
    if (state === undefined) {
      const limits = { bytes: this.#bytesPerWorker, templates: MAX_TEMPLATES, fromUse: 1 };
      state = { budget: new TemplateBudget(limits), running: undefined };
      this.#workers.set(worker, state);
    }
    if (loadable === undefined) return;
    const { key } = loadable;
    const { budget } = state;
    state.running = { key, since: now };
    budget.use(key);
    if (budget.holds(key)) return;
    const bytes = templateBytes(loadable.bytes);
    const given = budget.placeFor(key, bytes);
    if (given === undefined) return;
    for (const other of given) budget.drop(other);
    budget.hold(key, bytes);
  }

  finished(worker: number, now: number): void {
    const state = this.#workers.get(worker);
    if (state?.running === undefined) return;
    const { key, since } = state.running;
    state.running = undefined;
    const known = this.#times.get(key);
    const took = now - since;
    this.#times.delete(key);
    this.#times.set(key, known === undefined ? took : known + NEW_SHARE * (took - known));
    for (const oldest of this.#times.keys()) {
      if (this.#times.size <= MAX_TIMES) break;
      this.#times.delete(oldest);
    }
  }

  gone(worker: number): void {
    this.#workers.delete(worker);
  }

  /** Artifacts that are loaded, in all workers together. */
  get templates(): number {
    let sum = 0;
    for (const { budget } of this.#workers.values()) sum += budget.size;
    return sum;
  }

  /**
   * The worker for a job: an idle one that has its artifact loaded; none for now, if a busy one has it loaded and will
   * be free before another could have loaded it; else the idle one with most room.
   *
   * @param idle workers that could run it at once, at least one
   * @param busy workers that could run it later
   * @param waited how long the job has been next already, milliseconds
   * @returns the worker, or for how long to wait at most, milliseconds
   */
  choose(
    loadable: Loadable | undefined,
    idle: readonly number[],
    busy: readonly number[],
    waited: number,
    now: number,
  ): { type: 'worker'; worker: number } | { type: 'wait'; ms: number } {
    if (loadable === undefined) return { type: 'worker', worker: idle[0]! };
    const { key } = loadable;
    const loaded = idle.find((worker) => this.#workers.get(worker)?.budget.holds(key));
    if (loaded !== undefined) return { type: 'worker', worker: loaded };
    const roomiest = idle.toSorted((a, b) => this.#heldBytes(a) - this.#heldBytes(b))[0]!;
    const left = Affinity.loadMs(loadable) - waited;
    if (left > 0 && !this.#hasRoomForCopy(roomiest, loadable)) {
      const soonest = Math.min(...busy.map((worker) => this.#untilFree(worker, key, now)));
      if (soonest < left) return { type: 'wait', ms: left };
    }
    return { type: 'worker', worker: roomiest };
  }

  #heldBytes(worker: number): number {
    return this.#workers.get(worker)?.budget.heldBytes ?? 0;
  }

  /** A copy that costs no other artifact its place is worth its memory: two workers can serve the PVF then. */
  #hasRoomForCopy(worker: number, { bytes }: Loadable): boolean {
    return this.#heldBytes(worker) + templateBytes(bytes) <= SHARE_FOR_COPIES * this.#bytesPerWorker;
  }

  /** Milliseconds until a worker that has this artifact loaded is likely to be free; infinite for others. */
  #untilFree(worker: number, key: string, now: number): number {
    const state = this.#workers.get(worker);
    if (state === undefined || !state.budget.holds(key)) return Number.POSITIVE_INFINITY;
    if (state.running === undefined) return 0;
    const usual = this.#times.get(state.running.key) ?? FIRST_RUN_MS;
    return Math.max(0, usual - (now - state.running.since));
  }
}
