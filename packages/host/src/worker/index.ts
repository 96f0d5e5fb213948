/**
 * Worker processes: finding and checking their programs (`locateWorker`, `probeProgram`), starting one
 * (`spawnWorker`), talking to it in frames (`Connection`, `ask`), and the pool that owns them.
 */
export { Connection, ConnectionError } from './connection.ts';
export type { FromPool, SpawnFailure, ToPool } from './messages.ts';
export { type PoolOptions, WorkerPool, type WorkResult } from './pool.ts';
export { WorkerProcess } from './process.ts';
export { type SpawnSettings, spawnWorker } from './spawn.ts';
