import {
  answerCall,
  closeDescriptor,
  POLLHUP,
  POLLIN,
  type PollEntry,
  poll,
  processCpuTimeNs,
  readInto,
  receiveCall,
} from '@pvf/linux';
import { isAsleep, ownChildren } from '../own-children.ts';

/** How often the kernel's list is looked at for a job that is being made; as a rule the template says when. */
const LOOK_EVERY_MS = 5;

/**
 * CPU time in which a process is made, whatever there is to copy; as much as a template gets to ask. One that uses more
 * and is not there does something else: it has seen to it that its call failed, for another PVF's candidate to wait.
 */
const CLONE_CPU_NS = 100e6;
/** On a machine that gives it no processor; far below what the host waits for any candidate's worker. */
const CLONE_TIMEOUT_MS = 2_000;

/** What came of an order: a job, or the reason why there is none. */
export type Made =
  | { readonly type: 'made'; readonly pid: number }
  | { readonly type: 'refused'; readonly why: string };

/** When to stop waiting for a template that does not ask. */
export interface Patience {
  readonly timeoutMs: number;
  /** Also as soon as the host says something (`request`) or is gone (`end`). */
  readonly host?: { readonly fd: number; readonly until: 'request' | 'end' } | undefined;
}

/**
 * The worker's hold on a template's `clone`: the template's filter hands each call to the worker, and the call goes on
 * only when the worker has answered it, which it does once per order. What the call says lies in registers, where nobody
 * can change it, and the filter has checked it. Without an answer the caller waits, so that no process comes into being
 * that nobody ordered; when the worker is gone, the call fails.
 */
export class CloneGate {
  readonly #listener: PollEntry;
  readonly #status: PollEntry;
  readonly #templatePid: number;
  readonly #procFd: number | undefined;
  readonly #said = new Uint8Array(256);
  /** A call was let go on, and its process not found yet. */
  #open = false;
  /** CPU time of the template when it was, in nanoseconds. */
  #usedBefore = 0;

  /** @param statusFd where the template says, with any bytes, that it has called; its end when it is gone */
  constructor(listener: number, statusFd: number, templatePid: number, procFd: number | undefined) {
    this.#listener = { fd: listener, events: POLLIN, revents: 0 };
    this.#status = { fd: statusFd, events: 0, revents: 0 };
    this.#templatePid = templatePid;
    this.#procFd = procFd;
  }

  /** Becomes readable when the template, or a job of its, would make a process. */
  get listener(): number {
    return this.#listener.fd;
  }

  /** The template, or a job of its, waits to make a process. */
  get isAsked(): boolean {
    poll([this.#listener], 0);
    return (this.#listener.revents & POLLIN) !== 0;
  }

  /** A process may be on its way that is not known yet. */
  get isOpen(): boolean {
    return this.#open;
  }

  /**
   * Waits until the template would make a process, and lets it; {@link find} tells which.
   *
   * @returns why it will make none; `undefined` if it does, or may do so later
   */
  letOne({ timeoutMs, host }: Patience): string | undefined {
    const hostEntry: PollEntry = {
      fd: host?.fd ?? -1,
      events: host?.until === 'request' ? POLLIN : 0,
      revents: 0,
    };
    this.#status.events = 0;
    poll([this.#listener, this.#status, hostEntry], timeoutMs);
    if ((this.#listener.revents & POLLIN) === 0) {
      const gone = ((this.#listener.revents | this.#status.revents) & POLLHUP) !== 0;
      return gone ? 'the process has gone' : undefined;
    }
    const why = this.#answer();
    this.#open = why === undefined;
    return why;
  }

  /**
   * Finds the process that was let come into being among the worker's children, without the template's word. Looks no
   * longer than the call can take: a template sees to it that it fails, if another one's candidate then waits for it.
   *
   * @param known children of the worker that are somebody else's
   */
  find(known: ReadonlySet<number>): Made {
    const deadline = performance.now() + CLONE_TIMEOUT_MS;
    for (;;) {
      const left = deadline - performance.now();
      // Before the list is read: what was made by then is in it.
      const over = this.#isOver(Math.min(Math.max(left, 0), LOOK_EVERY_MS));
      const pids = (ownChildren(this.#procFd) ?? []).filter((pid) => !known.has(pid));
      if (pids.length > 1) return { type: 'refused', why: `${pids.length} processes that nobody ordered` };
      if (pids.length === 1) {
        this.#open = false;
        return { type: 'made', pid: pids[0]! };
      }
      if (over) return { type: 'refused', why: 'no job was made' };
      if (left <= 0) return { type: 'refused', why: 'no job was made in time' };
    }
  }

  /** Whether the call that was let go on has come to its end, as a template says or cannot hide. */
  #isOver(timeoutMs: number): boolean {
    this.#status.events = POLLIN;
    // It has one thread: that it calls again, or sleeps, comes after.
    if (poll([this.#status, this.#listener], timeoutMs) > 0) return true;
    const used = (processCpuTimeNs(this.#templatePid) ?? 0) - this.#usedBefore;
    return used > CLONE_CPU_NS || isAsleep(this.#templatePid, this.#procFd);
  }

  /** Lets the call at hand go on. @returns why not */
  #answer(): string | undefined {
    const call = receiveCall(this.#listener.fd);
    if (call === undefined) return 'the process has gone';
    if (call.pid !== this.#templatePid) return `process ${call.pid}, no template, would make another one`;
    // What it has said of its last job, before it came here again.
    this.#status.events = POLLIN;
    poll([this.#status], 0);
    if ((this.#status.revents & POLLIN) !== 0) readInto(this.#status.fd, this.#said);
    this.#usedBefore = processCpuTimeNs(this.#templatePid) ?? 0;
    return answerCall(this.#listener.fd, call, 'continue') ? undefined : 'its call cannot be answered here';
  }

  close(): void {
    closeDescriptor(this.#listener.fd);
  }
}
