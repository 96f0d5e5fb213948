/**
 * The prepare worker for a program that starts it: where it is, and which version. The worker itself (`worker.ts`) is not
 * exported: importing it would load its foreign-function library into the importing program.
 */

export { VERSION } from '@pvf/worker/version';
export { workerProgramPath } from './program-path.ts';
