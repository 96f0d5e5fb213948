/** Material that lies beside the repository; only `test:shared` suites use it. */
export { type Candidate, type ExpectedJob, loadCandidates, sharedDir } from './candidates.ts';
