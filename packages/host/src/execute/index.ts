/**
 * Execution: the `ExecuteQueue` picks the next kind by `Shares` and a worker with the job's executor params; the worker
 * pool has the `ExecuteDriver` talk to the worker's process (`giveWork`, `executeWork`).
 */
export { ExecuteDriver } from './driver.ts';
export type { ExecuteWork } from './give.ts';
export { HandOver, IN_MEMORY_FROM_BYTES } from './hand-over.ts';
export type { ExecuteJob, ExecuteListener, FromExecuteQueue, ToExecuteQueue } from './messages.ts';
export { ExecuteQueue } from './queue.ts';
export type { ExecuteAnswer, MaybeLater } from './work.ts';
