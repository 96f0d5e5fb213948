/**
 * The execute worker as a library: where its program is, and the loop that the program runs. Untrusted input is handled
 * in `job/` alone, inside a job process.
 */
export { workerProgramPath } from './program-path.ts';
export { VERSION } from './version.ts';
export { loadExecuteWorker } from './worker.ts';
