/** The errors of the protocol in words. */
export { describeInternalError, describeJobError, describeWorkerError } from './execute.ts';
export { describePrepareError } from './prepare.ts';
