/**
 * Drives a pair of worker programs — ours, the reference's, or any that speak the protocol — from the host's side of
 * the wire, without a host: no queue, no retry, no cache. `PrepareWorker` and `ExecuteWorker` own one process each;
 * they create what the worker finds in its directory and send one request at a time. Benches and the differential
 * test share it.
 */
export { WorkerFailure, type WorkerFailureCode } from './errors.ts';
export { type ExecuteReply, ExecuteWorker } from './execute-worker.ts';
export { PrepareWorker } from './prepare-worker.ts';
export {
  FULL_SECURITY,
  NO_SECURITY,
  type WorkerKind,
  type WorkerOptions,
  WorkerProcess,
} from './worker-process.ts';
