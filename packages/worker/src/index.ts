/**
 * What the prepare worker and the execute worker share. `runWorkerProgram` reads the command line, connects to the
 * host, ends Node's idle threads and restricts the process; the worker's own loop then answers one request after the
 * other with `serveRequests`, each in a job process that `runJob` forks, watches and reaps and that `enterJob` locks
 * down from inside.
 */

export { ArenaWindow, RequestArena } from './arena.ts';
export { markBegun } from './beginning.ts';
export { runCheck } from './checks.ts';
export { type CheckName, parseCommandLine, type WorkerCommand, type WorkerKind } from './command-line.ts';
export { HostConnection, writeFrame } from './connection.ts';
export { beforeJob, describeEnd, internalError, jobErrorOf, messageOf, NotBegunError } from './errors.ts';
export { cutAt, GuestLog } from './guest-log.ts';
export { type JobEnd, type JobLimits, type JobReport, type JobSpec, runJob } from './job.ts';
export { enterJob, type JobSettings, prepareJobSettings } from './job-process.ts';
export { createLogger, type LogLevel, logLevelNumber, maxLogLevel } from './log.ts';
export { type RequestLoop, serveRequests } from './loop.ts';
export { runWorkerProgram, type WorkerContext, type WorkerProgram } from './program.ts';
export { reportedVersionOrExit } from './reported-version.ts';
export { type RestrictedWorker, restrictWorker } from './restrict.ts';
export { Template, TemplateError } from './template.ts';
export type { TemplateJob } from './template-process.ts';
