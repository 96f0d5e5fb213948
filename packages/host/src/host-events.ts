import type { Logger } from 'pino';
import type { WorkerKind } from './errors.ts';
import type { PrecheckOutcome, PreparationStats, ValidationOutcome } from './outcome.ts';
import type { ExecutionKind } from './types.ts';

/** A PVF was prepared by a worker of this host; artifacts of an earlier run are not told of. */
export interface ArtifactPreparedEvent {
  /** Tells it from the other events. */
  type: 'artifact-prepared';
  /** blake2-256 of the code as given, hex without 0x. */
  codeHash: string;
  /** Hash of the executor params that change the artifact, hex without 0x. */
  prepHash: string;
  /** Of the artifact's file, bytes. */
  sizeBytes: number;
  /** What the preparation took. */
  stats: PreparationStats;
}

/**
 * Why a worker process was ended, or has ended.
 * - `idle`: had no work for `workerIdleMs`.
 * - `served-its-jobs`: had `maxJobsPerWorker` jobs.
 * - `not-reusable`: its last job, or the worker itself, ended in a way after which it must not be used again: a time-out
 *   on the wall clock, a broken connection, its death in the middle of a job.
 * - `left-its-request`: did not begin with its job, which another worker gets; `message` has what it said.
 * - `ended-by-itself`: while it had no job.
 * - `killed`: with a job that was taken back, or for a worker with other executor params.
 * - `host-closed`: the host was closed.
 */
export type WorkerEndReason =
  | 'idle'
  | 'served-its-jobs'
  | 'not-reusable'
  | 'left-its-request'
  | 'ended-by-itself'
  | 'killed'
  | 'host-closed';

/** A worker process has been sent SIGKILL, or is gone. */
export interface WorkerEndedEvent {
  /** Tells it from the other events. */
  type: 'worker-ended';
  /** Which of the two programs. */
  worker: WorkerKind;
  /** The process's id while it lived. */
  pid: number;
  /** Why it is gone. */
  reason: WorkerEndReason;
  /** For people. */
  message: string;
  /** Jobs that it was given in its life. */
  jobs: number;
}

/** Everything of an outcome but what the PVF returned: that is the caller's. */
type WithoutResult<T> = T extends unknown ? Omit<T, 'result' | 'resultBytes'> : never;

/** An outcome as `outcome` events have it; `kind` tells its variants apart. */
export type ToldOutcome = WithoutResult<PrecheckOutcome> | WithoutResult<ValidationOutcome>;

/** A request has ended. */
export interface OutcomeEvent {
  /** Tells it from the other events. */
  type: 'outcome';
  /** What was asked for. */
  request: 'precheck' | ExecutionKind;
  /** A copy: the caller of `precheck` or `validate` has the original. Texts in `detail` are the guest's. */
  outcome: ToldOutcome;
}

/** This machine has become too slow for its time limits (`slow`), or is not any more. Told at each change. */
export type SlowMachineEvent = {
  type: 'slow-machine';
  slow: boolean;
  /** For people: what to do about it. */
  remedy: string;
} & (
  | {
      /** Approvals and disputes wait long for a worker. */
      sign: 'queue-time';
      /** Moving average of their time in the queue, milliseconds. */
      averageQueueMs: number;
    }
  | {
      /** Jobs get little of a CPU. */
      sign: 'cpu-share';
      /** Moving average of CPU time per wall time of jobs that take 100 ms or more: 0 … 1. */
      averageCpuShare: number;
    }
);

/** What a host tells those who look on. */
export type HostEvent = ArtifactPreparedEvent | WorkerEndedEvent | OutcomeEvent | SlowMachineEvent;

/** `type` of a {@link HostEvent}. */
export type HostEventType = HostEvent['type'];

/** The event of a type. */
export type HostEventOf<T extends HostEventType> = Extract<HostEvent, { type: T }>;

/**
 * What happens in a host, for those who look on (`host.events`). Nothing that a listener does reaches the host: it gets
 * copies, frozen at the top, once the host's own step is done, and an exception or a rejected promise of it is a
 * warning in the log. Only its time is the host's: both have one event loop, so a listener must return soon.
 */
export interface HostEvents {
  /**
   * Calls `listener` with each event of a type from now on, in their order. An `outcome` comes at about the time at which
   * its call settles, before or after it. A function that is given twice is called twice. Listeners do not keep Node alive
   * and none is called any more once `close()` has settled.
   * @returns a function that ends it; calling that again does nothing
   */
  on<T extends HostEventType>(type: T, listener: (event: HostEventOf<T>) => unknown): () => void;
}

interface Listener {
  call: (event: never) => unknown;
}

/** The host's side: it says what has happened. */
export class HostNews implements HostEvents {
  readonly #logger: Logger;
  readonly #listeners = new Map<HostEventType, Set<Listener>>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  on<T extends HostEventType>(type: T, call: (event: HostEventOf<T>) => unknown): () => void {
    const listener: Listener = { call };
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** @param make called only if somebody listens; what it returns is copied */
  tell<T extends HostEventType>(type: T, make: () => Omit<HostEventOf<T>, 'type'>): void {
    if (!this.#listeners.get(type)?.size) return;
    let event: object;
    try {
      event = Object.freeze({ type, ...structuredClone(make()) });
    } catch (error) {
      this.#logger.warn(
        { event: type, error: asText(error) },
        'an event could not be copied; nobody is told',
      );
      return;
    }
    // Whatever tells is in the middle of something; a listener may call the host.
    queueMicrotask(() => {
      for (const listener of [...(this.#listeners.get(type) ?? [])]) this.#call(listener, event as never);
    });
  }

  /** Nobody is told anything any more. */
  end(): void {
    this.#listeners.clear();
  }

  async #call({ call }: Listener, event: never): Promise<void> {
    try {
      await call(event);
    } catch (error) {
      this.#logger.warn({ event: (event as HostEvent).type, error: asText(error) }, 'a listener threw');
    }
  }
}

/** Of anything that can be thrown: its conversion may throw in turn. */
function asText(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'something that has no text';
  }
}

/** What of an outcome is told. */
export function told(outcome: PrecheckOutcome | ValidationOutcome): ToldOutcome {
  if (outcome.kind !== 'valid') return outcome;
  const { result: _, resultBytes: __, ...rest } = outcome;
  return rest;
}
