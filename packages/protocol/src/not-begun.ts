import type { WorkerError } from './types/execute-error.ts';

const NOT_BEGUN = 'the job did not begin: ';

/**
 * How a worker of ours says, in the value of a `Kernel` error, that a job was not made or ended before it touched its
 * request. A host that knows the words can give the request to another worker; for others it is a fault of the kernel's.
 */
export function notBegun(reason: string): string {
  return `${NOT_BEGUN}${reason}`;
}

/**
 * Whether an answer says that the job ended before it had begun: nothing about the candidate.
 *
 * @param value of a `Kernel` error, which workers tell and never jobs
 */
export function isNotBegun(value: string): boolean {
  return value.startsWith(NOT_BEGUN);
}

/**
 * How an execute worker of ours that was started with `--ask-for-artifacts` says that it was given no file for a request
 * and has the artifact no more. The host gives it the file and the request once more: nothing has begun. To anybody else
 * it is what any job is that did not begin.
 */
export const ARTIFACT_WANTED: WorkerError = {
  type: 'InternalError',
  value: { type: 'Kernel', value: notBegun('its artifact is wanted') },
};
