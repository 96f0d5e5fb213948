import type { ExecutorParams } from '@pvf/protocol';
import type {
  ExecuteAnswer,
  ExecuteJob,
  ExecuteListener,
  ExecuteQueue,
  ExecuteWork,
  FromExecuteQueue,
} from '../execute/index.ts';
import type { Metrics, SlownessWatch } from '../metrics/index.ts';
import type { SpawnFailure } from '../worker/index.ts';

export type ExecutionResult =
  | { type: 'answer'; answer: ExecuteAnswer; queuedMs: number }
  | { type: 'not-started'; reason: SpawnFailure }
  /** The scheduling parent left the active forks. */
  | { type: 'dropped' };

interface Running {
  kind: ExecuteJob<ExecutorParams, ExecuteWork>['kind'];
  queuedMs: number;
  onStarted: (pid: number) => void;
  resolve: (result: ExecutionResult) => void;
}

type Queue = Pick<ExecuteQueue<ExecutorParams, ExecuteWork, ExecuteAnswer>, 'handle'>;

/** Turns the execute queue's messages into one promise for each execution. */
export class Executions implements ExecuteListener<ExecuteAnswer> {
  readonly #queue: Queue;
  readonly #metrics: Metrics;
  readonly #slowness: SlownessWatch;
  readonly #running = new Map<number, Running>();
  #nextJob = 1;

  constructor(queue: Queue, metrics: Metrics, slowness: SlownessWatch) {
    this.#queue = queue;
    this.#metrics = metrics;
    this.#slowness = slowness;
  }

  /** Queues a job. When `signal` is aborted it is taken back or killed, and the promise rejects with the reason. */
  run(
    job: Omit<ExecuteJob<ExecutorParams, ExecuteWork>, 'id'>,
    signal: AbortSignal,
    onStarted: (pid: number) => void,
  ): Promise<ExecutionResult> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const id = this.#nextJob++;
      const onAbort = (): void => {
        this.#finish(id);
        this.#queue.handle({ type: 'cancel', job: id });
        reject(signal.reason);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#running.set(id, {
        kind: job.kind,
        queuedMs: 0,
        onStarted,
        resolve: (result) => {
          signal.removeEventListener('abort', onAbort);
          resolve(result);
        },
      });
      this.#metrics.executeEnqueued(job.work.request.pov.blockData.byteLength);
      this.#queue.handle({ type: 'enqueue', job: { ...job, id } });
    });
  }

  handleExecution(message: FromExecuteQueue<ExecuteAnswer>): void {
    const running = this.#running.get(message.job);
    if (running === undefined) return;
    switch (message.type) {
      case 'started':
        running.queuedMs = message.queuedMs;
        this.#metrics.executeStarted(running.kind, message.queuedMs);
        this.#slowness.started(running.kind, message.queuedMs);
        running.onStarted(message.pid);
        return;
      case 'concluded':
        this.#finish(message.job);
        running.resolve({ type: 'answer', answer: message.answer, queuedMs: running.queuedMs });
        return;
      case 'failed':
        this.#finish(message.job);
        running.resolve({ type: 'not-started', reason: message.reason });
        return;
      case 'dropped':
        this.#finish(message.job);
        running.resolve({ type: 'dropped' });
        return;
      default:
        message satisfies never;
    }
  }

  #finish(id: number): void {
    this.#running.delete(id);
    this.#metrics.executeFinished();
  }
}
