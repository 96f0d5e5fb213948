import { writeAll } from '@pvf/linux';
import type pino from 'pino';
import { RequestArena } from '../across/arena.ts';
import { markBegun } from '../across/beginning.ts';
import { type JobReport, runJob } from '../children/job.ts';
import { describeEnd } from '../children/job-end.ts';
import { Template } from '../children/template.ts';
import { messageOf } from '../errors.ts';
import { enterJob, type JobSettings } from '../job/job-process.ts';
import type { WorkerKind } from './command-line.ts';

/** Of a trial, which takes milliseconds. */
const LIMITS = { cpuLimitNs: 10e9, outputLimitBytes: 1024 } as const;
const REQUEST = Uint8Array.of(42);

/**
 * Runs jobs as they will be run, but on nothing: made, isolated, watched and reaped. What the surroundings do not let a
 * job do shows here, before any request is taken.
 *
 * @returns whether templates work too; without them each job loads for itself
 * @throws Error with the reason: this worker can run no job
 */
export function proveJobs(kind: WorkerKind, job: JobSettings, log: pino.Logger): { templates: boolean } {
  try {
    inArena(job, (arena) => check(runAlone(kind, job, arena)));
  } catch (error) {
    throw new Error(`no job can be run here: ${messageOf(error)}`, { cause: error });
  }
  if (kind === 'prepare') return { templates: false };
  try {
    inArena(job, (arena) => check(runFromTemplate(job, arena)));
    return { templates: true };
  } catch (error) {
    log.warn({ err: error }, 'no jobs can be forked from templates here: each loads its artifact itself');
    return { templates: false };
  }
}

function inArena(job: JobSettings, use: (arena: RequestArena) => void): void {
  const arena = new RequestArena(job.procFd);
  try {
    use(arena);
  } finally {
    arena.close();
  }
}

/** @throws Error unless the job has answered with its request */
function check({ end, output }: JobReport): void {
  const answered = Buffer.compare(output, REQUEST) === 0;
  if (end.type !== 'exited' || end.status !== 0 || !answered)
    throw new Error(`a job ended: ${describeEnd(end)}`);
}

function runAlone(kind: WorkerKind, job: JobSettings, arena: RequestArena): JobReport {
  const body = (writeFd: number): number => {
    const { window, lock } = enterJob(job, writeFd, LIMITS.cpuLimitNs, arena.readFd);
    markBegun(writeFd);
    // A job that prepares makes machine code to its end.
    if (kind === 'execute') lock();
    writeAll(writeFd, window!.request(REQUEST.length));
    return 0;
  };
  arena.fill(REQUEST);
  return runJob({ ...LIMITS, job, marksBeginning: true, body });
}

function runFromTemplate(job: JobSettings, arena: RequestArena): JobReport {
  const template = Template.start(job, arena, LIMITS.cpuLimitNs, (lock) => {
    lock();
    return (request, writeFd) => {
      writeAll(writeFd, request);
      return 0;
    };
  });
  if (template === undefined) throw new Error('a template ended before it was ready');
  try {
    const report = template.run(REQUEST, LIMITS);
    return { ...report, output: Uint8Array.from(report.output) };
  } finally {
    template.close();
  }
}
