export type { Disagreement, Side, SlowAgent } from './disagreement.ts';
export { type ClusterCode, checkJob, type Job } from './job.ts';
export { type Answers, cancelRun, type Entry, Run, type RunOptions } from './run.ts';
