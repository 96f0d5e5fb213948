import {
  CHILD_EXCEPTION_STATUS,
  type ChildEnd,
  closeDescriptor,
  exitNow,
  forkChild,
  killPid,
  POLLHUP,
  POLLIN,
  type PollEntry,
  pidfdOpen,
  pipe,
  poll,
  processCpuTimeNs,
  waitForChild,
} from '@pvf/linux';
import { SIGKILL } from '@pvf/linux/constants';
import { BEGINNING_BYTES, explainFailure, readBeginning } from '../across/beginning.ts';
import type { CgroupSlot } from '../across/cgroup.ts';
import { forkAs } from '../across/job-user.ts';
import { beforeJob, messageOf, NotBegunError } from '../errors.ts';
import type { JobSettings } from '../job/job-process.ts';
import { describeEnd, type JobEnd } from './job-end.ts';
import { MemoryGuard, type MemoryLimits, type MemoryOrigin, ownMemory } from './memory-guard.ts';
import { OutputCollector } from './output.ts';

const NS_PER_MS = 1e6;
/** Without pidfds (Linux before 5.3, or a policy) the job's end is looked for this often. */
const NO_PIDFD_POLL_MS = 1;
/**
 * For so long nobody reads what a job writes: most are at an end by then, and each look at the pipe would take a
 * processor from them. What they have to say fits into the pipe, or waits.
 */
const UNREAD_MS = 2;
/** Pages of files that a job maps in as it runs; the kernel's account of its peak counts them too. */
const FILE_PAGES_BYTES = 192 * 1024 * 1024;

/** How a job ended, by the kernel's word, and what it wrote. */
export interface JobReport {
  readonly pid: number;
  readonly end: JobEnd;
  /** User and system CPU time of the reaped process, in nanoseconds (wait4's rusage, to the microsecond). */
  readonly cpuTimeNs: number;
  readonly maxRssBytes: number;
  /** All bytes that the job wrote to its pipe. Untrusted; valid until the next job. */
  readonly output: Uint8Array;
  /**
   * Why the job ended before it touched its request, as far as it has told: UTF-8 if it was no template's job, else
   * untrusted; valid until the next job. Only of jobs that mark their beginning.
   */
  readonly notBegun?: Uint8Array;
}

/** What a job may take before it is killed. */
export interface JobLimits extends MemoryLimits {
  /** A job that has used this much CPU time is killed; nanoseconds. */
  readonly cpuLimitNs: number;
  /** A job that writes more than this is killed. */
  readonly outputLimitBytes: number;
  /** A template is not told to make its next job while this one's answer is put together; it rests then. */
  readonly orderNoneAhead?: boolean;
  /** The socket to the host: when the host is gone, the job is killed and the worker ends. */
  readonly hostFd?: number;
  /** The job says when it begins (`markBegun`); that byte is no part of `output`. */
  readonly marksBeginning?: boolean;
  /** Becomes readable when the job tries what none may; then it is killed, and `raised` called. */
  readonly alarm?: {
    readonly fd: number;
    /** Called once, when the job is killed for it. */
    readonly raised: () => void;
  };
  /** Called again and again while the job runs; milliseconds until the next time it is due, at most. */
  readonly meanwhile?: () => number;
  /** The control group that the job is in. */
  readonly slot?: CgroupSlot | undefined;
}

/** A job: what runs, in which isolation, within which limits. */
export interface JobSpec extends JobLimits {
  /** What it is forked into. */
  readonly job: Pick<JobSettings, 'namespaces' | 'user' | 'cgroup'>;
  /** Runs in the job process with the write end of its pipe; the value is the exit status. */
  readonly body: (writeFd: number) => number;
}

/**
 * Forks one job, collects its output and reaps it. Returns when the process is gone, whatever it does: it is killed
 * when it exceeds a limit. A job that neither ends nor uses CPU time is the host's to end (its wall-clock backstop
 * kills this worker, and with it the job).
 *
 * @throws NotBegunError when no process can be made, or it ends before it begins; SandboxError: other local faults
 */
export function runJob(spec: JobSpec): JobReport {
  const slot = spec.job.cgroup?.take();
  try {
    beforeJob(() => slot?.limitMemory(spec.memoryLimitBytes));
    return runJobIn(slot, spec);
  } finally {
    slot?.release();
  }
}

function runJobIn(slot: CgroupSlot | undefined, spec: JobSpec): JobReport {
  const { readFd, writeFd } = beforeJob(pipe);
  const forkedWith = ownMemory(spec);
  let pid: number;
  try {
    pid = forkAs(spec.job.user, () =>
      forkChild({
        namespaces: spec.job.namespaces,
        body: () => {
          slot?.enter();
          return spec.body(writeFd);
        },
        ...(spec.marksBeginning === true && { onError: (error) => failedBody(writeFd, error) }),
      }),
    );
  } catch (error) {
    closeDescriptor(readFd);
    throw new NotBegunError(messageOf(error), { cause: error });
  } finally {
    closeDescriptor(writeFd);
  }
  let report: JobReport;
  try {
    report = followJob(pid, readFd, { ...spec, slot }, { forkedWith });
  } finally {
    closeDescriptor(readFd);
  }
  const { notBegun, end } = report;
  // A limit that set-up alone has met is met by every job.
  if (notBegun === undefined || (end.type !== 'exited' && end.type !== 'signaled')) return report;
  throw new NotBegunError(notBegun.length === 0 ? describeEnd(end) : Buffer.from(notBegun).toString('utf8'));
}

function failedBody(writeFd: number, error: unknown): number {
  explainFailure(writeFd, error);
  return CHILD_EXCEPTION_STATUS;
}

/** Watches a child of this process until it has ended, collects what it writes to the pipe, and reaps it. */
export function followJob(
  pid: number,
  readFd: number,
  limits: JobLimits,
  origin: MemoryOrigin = { forkedWith: limits.readMemory?.(pid) ?? 0 },
): JobReport {
  const mark = limits.marksBeginning === true ? BEGINNING_BYTES : 0;
  const collector = new OutputCollector(readFd, limits.outputLimitBytes + mark);
  const pidfd = openPidfd(pid);
  const memory = new MemoryGuard(pid, origin, limits);
  try {
    const { killedFor, reaped = waitForChild(pid) } = watch(pid, pidfd, collector, limits, memory);
    const { userMicros, systemMicros, maxRssBytes } = reaped.usage;
    const cpuTimeNs = (userMicros + systemMicros) * 1000;
    const end = endOf(reaped, killedFor, cpuTimeNs, limits, memory.max);
    const report = { pid, end, cpuTimeNs, maxRssBytes };
    const output = collector.take();
    if (limits.marksBeginning !== true) return { ...report, output };
    const beginning = readBeginning(output);
    if (beginning.begun) return { ...report, output: beginning.output };
    return { ...report, output: new Uint8Array(0), notBegun: beginning.reason };
  } finally {
    if (pidfd >= 0) closeDescriptor(pidfd);
  }
}

/** The kernel's account has the last word on limits, however the job was seen to end. */
function endOf(
  reaped: ChildEnd,
  killedFor: JobEnd | undefined,
  cpuTimeNs: number,
  limits: JobLimits,
  memoryMax: number,
): JobEnd {
  if (cpuTimeNs >= limits.cpuLimitNs) return { type: 'cpu-limit' };
  if (killedFor !== undefined) return killedFor;
  if (reaped.signaled === SIGKILL && limits.slot?.hasRunOut === true) return { type: 'memory-limit' };
  // A peak between two samples.
  if (reaped.usage.maxRssBytes > memoryMax + FILE_PAGES_BYTES) return { type: 'memory-limit' };
  return reaped.exited === undefined
    ? { type: 'signaled', signal: reaped.signaled }
    : { type: 'exited', status: reaped.exited };
}

/** How the watch ended: for which limit the job was killed, and its end where it had to be reaped to be noticed. */
interface Watched {
  readonly killedFor?: JobEnd | undefined;
  readonly reaped?: ChildEnd;
}

/** Follows the job until it has ended or was killed. */
function watch(
  pid: number,
  pidfd: number,
  collector: OutputCollector,
  limits: JobLimits,
  memory: MemoryGuard,
): Watched {
  const pipeEntry: PollEntry = { fd: collector.fd, events: POLLIN, revents: 0 };
  const exitEntry: PollEntry = { fd: pidfd, events: POLLIN, revents: 0 };
  // No event is asked for: poll(2) reports a hang-up always, and a negative descriptor is ignored.
  const hostEntry: PollEntry = { fd: limits.hostFd ?? -1, events: 0, revents: 0 };
  const alarmEntry: PollEntry = { fd: limits.alarm?.fd ?? -1, events: POLLIN, revents: 0 };
  // Without pidfds the pipe's end tells first.
  let unread = pidfd >= 0;
  const readFrom = performance.now() + UNREAD_MS;
  for (;;) {
    const used = processCpuTimeNs(pid) ?? 0;
    if (used >= limits.cpuLimitNs) return kill(pid, { type: 'cpu-limit' });
    const lookAfterMs = memory.look(used);
    if (lookAfterMs === 0) return kill(pid, { type: 'memory-limit' });
    let waitMs = Math.min(Math.ceil((limits.cpuLimitNs - used) / NS_PER_MS), lookAfterMs);
    if (limits.meanwhile !== undefined) waitMs = Math.min(waitMs, limits.meanwhile());
    if (pidfd < 0) waitMs = Math.min(waitMs, NO_PIDFD_POLL_MS);
    unread &&= performance.now() < readFrom;
    if (unread) waitMs = Math.min(waitMs, UNREAD_MS);
    // A negative descriptor is ignored by poll(2).
    pipeEntry.fd = collector.ended || unread ? -1 : collector.fd;
    poll([pipeEntry, exitEntry, hostEntry, alarmEntry], waitMs);
    if ((hostEntry.revents & POLLHUP) !== 0) {
      killPid(pid, SIGKILL);
      exitNow(1);
    }
    if ((alarmEntry.revents & POLLIN) !== 0) {
      limits.alarm?.raised();
      return kill(pid, { type: 'signaled', signal: SIGKILL });
    }
    // Nobody is left who could.
    if (alarmEntry.revents !== 0) alarmEntry.fd = -1;
    if (pipeEntry.revents !== 0 && !collector.read()) return kill(pid, { type: 'output-limit' });
    if (exitEntry.revents !== 0) return { killedFor: drain(collector) };
    if (pidfd >= 0) continue;
    const reaped = waitForChild(pid, { noHang: true });
    if (reaped !== undefined) return { killedFor: drain(collector), reaped };
  }
}

/** Reads what a job that is gone has left in the pipe: there is no writer any more, so nothing is waited for. */
function drain(collector: OutputCollector): JobEnd | undefined {
  const entry: PollEntry = { fd: collector.fd, events: POLLIN, revents: 0 };
  while (!collector.ended) {
    poll([entry], 0);
    if (entry.revents === 0) break;
    if (!collector.read()) return { type: 'output-limit' };
  }
  return undefined;
}

/** -1 where the kernel has no pidfds, or its policy gives none. */
function openPidfd(pid: number): number {
  try {
    return pidfdOpen(pid);
  } catch {
    return -1;
  }
}

function kill(pid: number, reason: JobEnd): Watched {
  killPid(pid, SIGKILL);
  return { killedFor: reason };
}
