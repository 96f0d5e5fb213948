/**
 * Worker processes: finding and checking their programs (`locateWorker`, `Programs`), starting one (`WorkerStarter`),
 * talking to it in frames (`askWorker`, `Connection`), and the pool that owns them (`WorkerPool`, with a `Driver` for
 * what the kinds of workers have of their own).
 */

export { type Asked, askWorker } from './ask-worker.ts';
export { CHECKS, type Layer } from './capabilities.ts';
export { ARTIFACT, emptyWorkerDir, TMP_ARTIFACT } from './directory.ts';
export type { Driver, WorkResult } from './driver.ts';
export { EarlyWorkers } from './early-workers.ts';
export { locateWorker } from './locate.ts';
export type { FromPool, PoolListener, SpawnFailure, ToPool } from './messages.ts';
export { type PoolOptions, WorkerPool } from './pool.ts';
export { removeDir, WorkerProcess } from './process.ts';
export type { Ask, ProbedProgram } from './program.ts';
export { Programs } from './programs.ts';
export type { RequestMemory, WriteRequest } from './request-memory.ts';
export { runProgram } from './run-program.ts';
export type { SpawnSettings } from './spawn-settings.ts';
export { WorkerStarter } from './starter.ts';
export { type Starts, startsUsedUp } from './starts.ts';
export { type TimeSpent, timeSpent, WALL_CLOCK_FACTOR } from './wall-time.ts';
