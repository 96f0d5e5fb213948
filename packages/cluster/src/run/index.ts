export type { Disagreement, Side, SlowAgent } from './disagreement.ts';
export { type ClusterCode, checkJob, type Job } from './job.ts';
export type { Obstacle } from './obstacles.ts';
export type { Entry } from './producer.ts';
export { cancelRun } from './record.ts';
export { type Answers, Run, type RunOptions } from './run.ts';
