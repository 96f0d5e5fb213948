import type { WorkerProcess } from './process.ts';

/** How a job ended. `not-taken`: the worker ended, or took no request, before the job began. */
export type WorkResult<Answer> =
  | { type: 'done'; answer: Answer; reusable: boolean }
  | { type: 'not-taken'; message: string };

/**
 * What a pool must know of the kind of its workers: how one is started, and how it serves a request. They are
 * `PrepareDriver` and `ExecuteDriver`.
 */
export interface Driver<Spec, Work, Answer> {
  /**
   * Starts a worker and greets it.
   * @param onGone called once when the worker has ended, for whatever reason; not before the promise resolves
   */
  spawn(spec: Spec, signal: AbortSignal, onGone: () => void): Promise<WorkerProcess>;
  /** Gives one job to a worker. `onStarted` once it has the whole request. If it rejects, the job was not begun. */
  run(process: WorkerProcess, work: Work, onStarted: () => void): Promise<WorkResult<Answer>>;
  /** Told of an answer that nobody waits for any more, because the worker was killed meanwhile. */
  abandon(answer: Answer): Promise<void>;
}
