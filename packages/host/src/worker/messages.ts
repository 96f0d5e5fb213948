/**
 * What queues and pools say to each other. A pool starts, drives and ends worker processes; a queue decides which
 * job runs where and never sees a process, so that its tests fake only this channel.
 *
 * Worker ids are chosen by the queue and never used twice.
 */

/** From a queue to its pool. */
export type ToPool<Spec, Work> =
  /** Answered by `spawned` or `spawn-failed`, unless killed before. */
  | { type: 'spawn'; worker: number; spec: Spec }
  /** To an idle worker only. Answered by `started`, then `concluded`; or by `rip` if the worker never took it. */
  | { type: 'start-work'; worker: number; work: Work }
  /** Ends a worker in any state, with its job. Not answered; a message that crosses it is ignored by the queue. */
  | { type: 'kill'; worker: number };

/** From a pool to its queue. */
export type FromPool<Answer> =
  | { type: 'spawned'; worker: number; pid: number }
  /** Every attempt to start the worker failed. The worker does not exist. */
  | { type: 'spawn-failed'; worker: number; reason: SpawnFailure }
  /** The worker has its request. */
  | { type: 'started'; worker: number; pid: number }
  /** The job is over. Unless `reusable`, the worker does not exist any more. */
  | { type: 'concluded'; worker: number; answer: Answer; reusable: boolean }
  /** Why the worker, whose end follows, did not begin with its job; for people to read. */
  | { type: 'not-taken'; worker: number; message: string }
  /** The worker ended while idle, or before it took its job: the job, if any, was not begun. */
  | { type: 'rip'; worker: number };

/** Whoever a pool reports to: its queue. */
export interface PoolListener<Answer> {
  handlePool(message: FromPool<Answer>): void;
}

export type SpawnFailure =
  | { type: 'not-started'; message: string }
  /** The program on disk is not the one that the host checked at start. */
  | { type: 'replaced'; message: string };
