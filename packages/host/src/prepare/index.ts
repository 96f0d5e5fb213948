/**
 * Preparation: `Artifacts` puts a job into the `PrepareQueue`, which gives it to one of at most soft (or, for urgent
 * work, hard) limit workers; the worker pool has `prepareWork` talk to the worker's process and put the artifact in
 * its place.
 */
export type { FromPrepareQueue, PreparePriority, ToPrepareQueue } from './messages.ts';
export { PrepareQueue } from './queue.ts';
export { type PrepareAnswer, type PrepareWork, type Promoted, prepareWork } from './work.ts';
