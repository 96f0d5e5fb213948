import {
  closeDescriptor,
  forkChild,
  killPid,
  type Namespace,
  type PollEntry,
  pidfdOpen,
  pipe,
  poll,
  processCpuTimeNs,
  readInto,
  waitForChild,
} from '@pvf/sandbox-linux';

const POLLIN = 1;
const SIGKILL = 9;
const NS_PER_MS = 1e6;
/** How often a job with a memory limit is looked at: 10 ms is about 10 MB at the rate at which a compiler allocates. */
const MEMORY_SAMPLE_MS = 10;
/** Without pidfds (Linux before 5.3) the job's end is looked for this often. */
const NO_PIDFD_POLL_MS = 1;
const READ_CHUNK_BYTES = 1 << 20;

/** How a job process ended, as the kernel tells; nothing here is the job's own word. */
export type JobEnd =
  | { readonly type: 'exited'; readonly status: number }
  | { readonly type: 'signaled'; readonly signal: number }
  | { readonly type: 'cpu-limit' }
  | { readonly type: 'memory-limit' }
  | { readonly type: 'output-limit' };

export interface JobReport {
  readonly pid: number;
  readonly end: JobEnd;
  /** User and system CPU time of the reaped process, in nanoseconds (wait4's rusage, to the microsecond). */
  readonly cpuTimeNs: number;
  readonly maxRssBytes: number;
  /** All bytes that the job wrote to its pipe. Untrusted. */
  readonly output: Uint8Array;
}

export interface JobSpec {
  readonly namespaces: readonly Namespace[];
  /** A job that has used this much CPU time is killed; nanoseconds. */
  readonly cpuLimitNs: number;
  /** A job that writes more than this is killed. */
  readonly outputLimitBytes: number;
  /** A job whose resident memory exceeds this is killed; needs `readRss`. */
  readonly rssLimitBytes?: number | undefined;
  readonly readRss?: ((pid: number) => number | undefined) | undefined;
  /** Runs in the job process with the write end of its pipe; the value is the exit status. */
  readonly body: (writeFd: number) => number;
}

/**
 * Forks one job, collects its output and reaps it. Returns when the process is gone, whatever it does: it is killed
 * when it exceeds a limit. A job that neither ends nor uses CPU time is the host's to end (its wall-clock backstop
 * kills this worker, and with it the job).
 *
 * @throws SandboxError when no process or pipe can be made: a local fault
 */
export function runJob(spec: JobSpec): JobReport {
  const { readFd, writeFd } = pipe();
  let pid: number;
  try {
    pid = forkChild({ namespaces: spec.namespaces, body: () => spec.body(writeFd) });
  } catch (error) {
    closeDescriptor(readFd);
    throw error;
  } finally {
    closeDescriptor(writeFd);
  }
  const pidfd = openPidfd(pid);
  const collector = new OutputCollector(readFd, spec.outputLimitBytes);
  try {
    const killedFor = watch(pid, pidfd, collector, spec);
    const reaped = waitForChild(pid);
    const { userMicros, systemMicros, maxRssBytes } = reaped.usage;
    const cpuTimeNs = (userMicros + systemMicros) * 1000;
    const end: JobEnd =
      cpuTimeNs >= spec.cpuLimitNs
        ? { type: 'cpu-limit' }
        : (killedFor ??
          (spec.rssLimitBytes !== undefined && maxRssBytes > spec.rssLimitBytes
            ? { type: 'memory-limit' }
            : reaped.exited !== undefined
              ? { type: 'exited', status: reaped.exited }
              : { type: 'signaled', signal: reaped.signaled }));
    return { pid, end, cpuTimeNs, maxRssBytes, output: collector.take() };
  } finally {
    closeDescriptor(readFd);
    if (pidfd >= 0) closeDescriptor(pidfd);
  }
}

/** Follows the job until it has ended or was killed; says for which limit. */
function watch(pid: number, pidfd: number, collector: OutputCollector, spec: JobSpec): JobEnd | undefined {
  const pipeEntry: PollEntry = { fd: collector.fd, events: POLLIN, revents: 0 };
  const exitEntry: PollEntry = { fd: pidfd, events: POLLIN, revents: 0 };
  for (;;) {
    const used = processCpuTimeNs(pid) ?? 0;
    if (used >= spec.cpuLimitNs) return kill(pid, { type: 'cpu-limit' });
    if (spec.rssLimitBytes !== undefined && (spec.readRss?.(pid) ?? 0) > spec.rssLimitBytes) {
      return kill(pid, { type: 'memory-limit' });
    }
    let waitMs = Math.ceil((spec.cpuLimitNs - used) / NS_PER_MS);
    if (spec.rssLimitBytes !== undefined) waitMs = Math.min(waitMs, MEMORY_SAMPLE_MS);
    if (pidfd < 0) waitMs = Math.min(waitMs, NO_PIDFD_POLL_MS);
    // A negative descriptor is ignored by poll(2).
    pipeEntry.fd = collector.ended ? -1 : collector.fd;
    poll([pipeEntry, exitEntry], waitMs);
    if (pipeEntry.revents !== 0 && !collector.read()) return kill(pid, { type: 'output-limit' });
    if (exitEntry.revents !== 0 || (pidfd < 0 && collector.ended)) {
      // The process is gone, and with it every writer: what is left in the pipe can be read without waiting.
      while (!collector.ended) {
        poll([pipeEntry], 0);
        if (pipeEntry.revents === 0) break;
        if (!collector.read()) return { type: 'output-limit' };
      }
      return undefined;
    }
  }
}

/** -1 where the kernel has no pidfds. */
function openPidfd(pid: number): number {
  try {
    return pidfdOpen(pid);
  } catch {
    return -1;
  }
}

function kill(pid: number, reason: JobEnd): JobEnd {
  killPid(pid, SIGKILL);
  return reason;
}

let chunk: Uint8Array | undefined;

/** Reads a job's pipe into memory, up to a limit. */
class OutputCollector {
  readonly fd: number;
  ended = false;
  readonly #limit: number;
  #parts: Uint8Array[] = [];
  #total = 0;

  constructor(fd: number, limit: number) {
    this.fd = fd;
    this.#limit = limit;
  }

  /** Reads once; false when the job has written more than it may. */
  read(): boolean {
    chunk ??= new Uint8Array(READ_CHUNK_BYTES);
    const n = readInto(this.fd, chunk);
    if (n <= 0) {
      this.ended = n === 0;
      return true;
    }
    this.#total += n;
    if (this.#total > this.#limit) return false;
    this.#parts.push(chunk.slice(0, n));
    return true;
  }

  take(): Uint8Array {
    const [first] = this.#parts;
    if (this.#parts.length === 1) return first!;
    const whole = new Uint8Array(this.#total);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    return whole;
  }
}
