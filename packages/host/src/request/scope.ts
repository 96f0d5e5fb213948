import type { Logger } from 'pino';
import type { Clock, ClockTimer } from '../clock.ts';
import { orAborted } from '../or-aborted.ts';
import type { ProgressEvent, RequestControl } from '../types.ts';

/** Why a request ended before it had a result. */
export type StopReason = 'caller' | 'caller-deadline' | 'inactive-fork' | 'host-closed';

/** Thrown through a request's steps when it is stopped. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
  readonly reason: StopReason;

  constructor(reason: StopReason) {
    super(reason);
    this.reason = reason;
  }
}

/** What all steps of one request share: its id, its one signal for all ways to end early, its log. */
export class RequestScope {
  readonly id: string;
  readonly logger: Logger;
  readonly startedAt: number;
  readonly #clock: Clock;
  readonly #deadlineAt: number;
  readonly #abort = new AbortController();
  readonly #onProgress: RequestControl['onProgress'];
  readonly #release: () => void;

  /** @param host aborted when the host closes */
  constructor(id: string, control: RequestControl, clock: Clock, logger: Logger, host: AbortSignal) {
    this.id = id;
    this.logger = logger.child({ request: id });
    this.startedAt = clock.now();
    this.#clock = clock;
    this.#onProgress = control.onProgress;
    this.#deadlineAt = this.startedAt + (control.deadlineMs ?? Number.POSITIVE_INFINITY);

    const stop = (reason: StopReason) => (): void => this.#abort.abort(new Stopped(reason));
    const byCaller = stop('caller');
    const byHost = stop('host-closed');
    const listen = (signal: AbortSignal | undefined, listener: () => void): void => {
      if (signal?.aborted) listener();
      else signal?.addEventListener('abort', listener);
    };
    listen(control.signal, byCaller);
    listen(host, byHost);
    let timer: ClockTimer | undefined;
    if (Number.isFinite(this.#deadlineAt))
      timer = clock.after(this.#deadlineAt - this.startedAt, stop('caller-deadline'));
    this.#release = () => {
      control.signal?.removeEventListener('abort', byCaller);
      host.removeEventListener('abort', byHost);
      timer?.cancel();
    };
  }

  /** Aborted with a `Stopped`; the first reason wins. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Milliseconds since the call. */
  elapsed(): number {
    return this.#clock.now() - this.startedAt;
  }

  /** Whether a pause of `ms` would end before the deadline. */
  hasTimeFor(ms: number): boolean {
    return this.#clock.now() + ms < this.#deadlineAt;
  }

  /** Rejects with the `Stopped` that comes first. */
  async pause(ms: number): Promise<void> {
    if (ms === 0) return this.signal.throwIfAborted();
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.after(ms, resolve);
    try {
      await orAborted(promise, this.signal);
    } finally {
      timer.cancel();
    }
  }

  progress(event: ProgressEvent): void {
    try {
      this.#onProgress?.(event);
    } catch (error) {
      this.logger.warn({ error: String(error) }, 'onProgress threw');
    }
  }

  dispose(): void {
    this.#release();
  }
}
