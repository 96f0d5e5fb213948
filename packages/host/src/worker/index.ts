/**
 * Worker processes: finding and checking their programs (`locateWorker`, `probeProgram`), starting one
 * (`spawnWorker`, `EarlyWorkers`), talking to it in frames (`Connection`, `ask`), and the pool that owns them.
 */

export { CHECKS, type Layer } from './capabilities.ts';
export { Connection, ConnectionError } from './connection.ts';
export { ARTIFACT, emptyWorkerDir, TMP_ARTIFACT } from './directory.ts';
export { EarlyWorkers } from './early-workers.ts';
export { engineIdentity } from './engine.ts';
export { jobCpuTimeMs } from './job-clock.ts';
export { locateWorker } from './locate.ts';
export type { FromPool, SpawnFailure, ToPool } from './messages.ts';
export { notStarted } from './not-started.ts';
export { type PoolOptions, WorkerPool, type WorkResult } from './pool.ts';
export { removeDir, WorkerProcess } from './process.ts';
export {
  type Ask,
  type ExpectedProgram,
  isMissing,
  isReplaced,
  type ProbedProgram,
  probeProgram,
} from './program.ts';
export { runProgram } from './run-program.ts';
export { type SpawnSettings, spawnWorker } from './spawn.ts';
export { ask, type TimeSpent, timeSpent, WALL_CLOCK_FACTOR } from './wall-time.ts';
