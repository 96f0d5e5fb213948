import { fileURLToPath } from 'node:url';

/** Absolute path of the worker program of this package, to be started with the reference's command line. */
export const workerProgramPath: string = fileURLToPath(new URL('../bin/pvf-prepare-worker', import.meta.url));
