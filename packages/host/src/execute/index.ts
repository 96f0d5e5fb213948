/**
 * Execution: the `ExecuteQueue` picks the next kind by `Shares` and a worker with the job's executor params; the worker
 * pool has `executeWork` talk to the worker's process.
 */
export type { ExecuteJob, FromExecuteQueue, ToExecuteQueue } from './messages.ts';
export { ExecuteQueue } from './queue.ts';
export { KINDS } from './shares.ts';
export { type ExecuteAnswer, type ExecuteWork, executeWork } from './work.ts';
