/** Work off the main thread: hashing, checksums, artifact files. Piscina runs it over shared memory. */
export { isShared, toShared, toSharedInTurn } from './shared-memory.ts';
export type { Promoted } from './tasks.ts';
export { Threads } from './threads.ts';
