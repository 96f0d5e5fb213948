import { FakeClock, settle } from '@pvf/test-kit';
import type { WorkerKind } from '../../../src/errors.ts';
import type { WorkerEvent } from '../../../src/metrics/index.ts';
import type { SpawnFailure } from '../../../src/worker/messages.ts';
import type { PoolOptions } from '../../../src/worker/pool.ts';
import type { WorkerProcess } from '../../../src/worker/process.ts';
import { silent } from '../hosts.ts';
import { disk } from './disk.ts';
import { FakeProcess } from './fake-process.ts';
import { must, Notes } from './notes.ts';

export const IDLE_MS = 20_000;
export const MAX_JOBS = 3;
/** As a host does: pauses of three seconds, five attempts. */
const SPAWN_ATTEMPTS = 5;
const NO_START = 'it does not start';

interface Attempt<Spec> {
  spec: Spec;
  signal: AbortSignal;
  onGone: () => void;
  resolve: (process: WorkerProcess) => void;
  reject: (error: Error) => void;
}

/** Where a pool's workers come from; keeps all that there ever were. */
export class Workshop<Spec> {
  readonly clock = new FakeClock();
  readonly notes = new Notes();
  readonly processes: FakeProcess<Spec>[] = [];
  readonly attempts: Attempt<Spec>[] = [];
  readonly events = { spawning: 0, spawned: 0, retired: 0 };
  failedAttempts = 0;
  replaced = false;
  readonly #onRequest: (by: FakeProcess<Spec>) => void;

  constructor(onRequest: (by: FakeProcess<Spec>) => void) {
    this.#onRequest = onRequest;
  }

  /** What a pool's options are besides kind and driver. */
  options() {
    return {
      clock: this.clock,
      logger: silent,
      idleMs: IDLE_MS,
      maxJobs: MAX_JOBS,
      programs: { replaced: async () => (this.replaced ? 'replaced' : undefined) },
      metrics: {
        worker: (_kind: WorkerKind, event: WorkerEvent) => {
          this.events[event] += 1;
        },
      },
      news: { tell: () => {} },
    } satisfies Partial<PoolOptions<Spec, never, never>>;
  }

  /** Of the pool's driver. */
  readonly spawn = (spec: Spec, signal: AbortSignal, onGone: () => void): Promise<WorkerProcess> => {
    this.notes.taking(() => must(!this.replaced, 'a program that was replaced is not started'));
    return new Promise((resolve, reject) => {
      this.attempts.push({ spec, signal, onGone, resolve, reject });
    });
  };

  /** One attempt to start a worker ends, one that was given up among them. */
  start(which: number, works: boolean): void {
    const [attempt] = this.attempts.splice(which % (this.attempts.length || 1), 1);
    if (attempt === undefined) return;
    if (!works) {
      if (!attempt.signal.aborted) this.failedAttempts += 1;
      attempt.reject(new Error(NO_START));
      return;
    }
    const pid = this.processes.length + 1;
    const { spec, onGone, resolve } = attempt;
    const process: FakeProcess<Spec> = new FakeProcess(spec, pid, onGone, (frame) =>
      this.notes.taking(() => this.#take(process, frame)),
    );
    this.processes.push(process);
    resolve(process as unknown as WorkerProcess);
  }

  #take(process: FakeProcess<Spec>, frame: Uint8Array): void {
    must(!process.disposed, 'a worker that was ended gets nothing more');
    must(process.request === undefined, 'a worker serves one request at a time');
    process.served += 1;
    must(process.served <= MAX_JOBS, 'a worker serves no more than its number of jobs');
    process.request = { frame, since: this.clock.now() };
    this.#onRequest(process);
  }

  alive(): FakeProcess<Spec>[] {
    return this.processes.filter(({ disposed }) => !disposed);
  }

  /** One of those that have a request. */
  asked(which: number): FakeProcess<Spec> | undefined {
    const asked = this.processes.filter(({ request }) => request !== undefined);
    return asked[which % (asked.length || 1)];
  }

  any(which: number): FakeProcess<Spec> | undefined {
    const alive = this.alive();
    return alive[which % (alive.length || 1)];
  }

  /** One that has no request, perhaps one that was ended long ago, says something. */
  babble(which: number): void {
    const idle = this.processes.filter(({ request, isAsked }) => request === undefined && !isAsked);
    idle[which % (idle.length || 1)]?.answer(Uint8Array.of(9));
  }

  hold(which: number, takes: boolean): void {
    if (takes) this.any(which)?.take();
    else this.any(which)?.hold();
  }

  /** The directory of one cannot be emptied any more. */
  spoil(which: number): void {
    const process = this.any(which);
    if (process !== undefined) disk.broken.add(process.dir);
  }

  /** Whether a request may end for that reason. @param starts that a request has */
  explains(reason: SpawnFailure, starts: number): boolean {
    if (reason.type === 'replaced') return this.replaced;
    if (reason.message.startsWith(`${starts} workers ended before they took the request`)) return true;
    return reason.message === NO_START && this.failedAttempts >= SPAWN_ATTEMPTS;
  }

  startAll(): void {
    while (this.attempts.length > 0) this.start(0, true);
  }

  async retire(): Promise<void> {
    await settle();
    this.startAll();
    await this.clock.advance(IDLE_MS);
    must(this.alive().length === 0, 'idle workers are ended');
  }

  /** @param workers that the queue has */
  check(workers: number, running: number): void {
    this.notes.read();
    const alive = this.alive().length;
    const starting = this.attempts.filter(({ signal }) => !signal.aborted).length;
    must(alive + starting <= workers, 'there are no more processes than workers of the queue');
    must(
      this.events.spawned - this.events.retired === alive,
      'each worker that was started is told to be ended, once',
    );
    must(running <= alive, 'what runs has a process');
  }
}
