import type { ExecutionKind } from '../types.ts';
import type { SpawnFailure } from '../worker/index.ts';
import type { Loadable } from './affinity.ts';

/** A candidate's execution as the queue sees it. `Work` is what the worker needs; the queue does not look at it. */
export interface ExecuteJob<Spec, Work> {
  id: number;
  kind: ExecutionKind;
  /** Hash of all executor params, hex: a worker serves one set for its whole life. */
  paramsHash: string;
  spec: Spec;
  /** Hex; with backing kinds only. */
  schedulingParent: string | undefined;
  /** What a worker loads for it, and may have loaded already. */
  loadable?: Loadable | undefined;
  work: Work;
}

/** To the execute queue. */
export type ToExecuteQueue<Spec, Work> =
  /** Answered by `started` and `concluded`, or by `failed`, or by `dropped`. */
  | { type: 'enqueue'; job: ExecuteJob<Spec, Work> }
  /** The job is forgotten: taken out, or its worker killed. Not answered. */
  | { type: 'cancel'; job: number }
  /** Hashes in hex. */
  | { type: 'update-leaves'; activated?: { hash: string; ancestors: string[] }; deactivated: string[] };

/** From the execute queue. */
export type FromExecuteQueue<Answer> =
  | { type: 'started'; job: number; pid: number; queuedMs: number }
  | { type: 'concluded'; job: number; answer: Answer }
  /** No worker could be started for it. */
  | { type: 'failed'; job: number; reason: SpawnFailure }
  /** Its scheduling parent left the active forks. */
  | { type: 'dropped'; job: number };

/** Whoever the execute queue reports to. */
export interface ExecuteListener<Answer> {
  handleExecution(message: FromExecuteQueue<Answer>): void;
}
