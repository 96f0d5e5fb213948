/**
 * Preparation: `Artifacts` puts a job into the `PrepareQueue`, which gives it to one of at most soft (or, for urgent
 * work, hard) limit workers; the worker pool has the `PrepareDriver` talk to the worker's process (`prepareWork`) and
 * have the store take the artifact.
 */
export { PrepareDriver } from './driver.ts';
export type { FromPrepareQueue, PrepareListener, PreparePriority, ToPrepareQueue } from './messages.ts';
export { PrepareQueue } from './queue.ts';
export type { PrepareAnswer, PrepareWork } from './work.ts';
