/**
 * What the prepare worker and the execute worker share. `runWorkerProgram` reads the command line, connects to the
 * host, ends Node's idle threads and restricts the process; `serveRequests` then has the worker's own `RequestServer` answer
 * one request after the other, each in a job process that `runJob` forks, watches and reaps and that `enterJob` locks
 * down from inside.
 */

export { ArenaWindow, RequestArena } from './across/arena.ts';
export { markBegun } from './across/beginning.ts';
export { type JobLimits, type JobReport, type JobSpec, runJob } from './children/job.ts';
export { describeEnd, type JobEnd } from './children/job-end.ts';
export { readJobFrame } from './children/job-frame.ts';
export { Template } from './children/template.ts';
export { TemplateError } from './children/template-error.ts';
export { beforeJob, internalError, jobErrorOf, messageOf, NotBegunError } from './errors.ts';
export { enterJob, type JobSettings, prepareJobSettings } from './job/job-process.ts';
export type { TemplateJob } from './template/template-process.ts';
export { runCheck } from './worker/checks.ts';
export {
  type CheckName,
  parseCommandLine,
  type WorkerCommand,
  type WorkerKind,
} from './worker/command-line.ts';
export { HostConnection, writeFrame } from './worker/connection.ts';
export type { SpeedUps, WorkerContext } from './worker/context.ts';
export { cutAt, GuestLog } from './worker/guest-log.ts';
export { createLogger, type LogLevel, logLevelNumber, maxLogLevel } from './worker/log.ts';
export type { RequestServer } from './worker/loop.ts';
export { runWorkerProgram, type WorkerProgram } from './worker/program.ts';
export { reportedVersionOrExit } from './worker/reported-version.ts';
export { RequestMemory } from './worker/request-memory.ts';
export { type RestrictedWorker, restrictWorker } from './worker/restrict.ts';
