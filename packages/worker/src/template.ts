import {
  closeDescriptor,
  forkChild,
  POLLIN,
  type PollEntry,
  pipe,
  poll,
  processCpuTimeNs,
  readFully,
  readInto,
  unreadBytes,
  waitForChild,
  writeAll,
} from '@pvf/sandbox-linux';
import type { RequestArena } from './arena.ts';
import { beforeJob } from './errors.ts';
import { followJob, type JobLimits, type JobReport } from './job.ts';
import { type JobSettings, kernelCpuSeconds } from './job-process.ts';
import { forkAs } from './job-user.ts';
import { MemoryGuard, memoryOf, ownMemory, TemplateMemory } from './memory-guard.ts';
import { endChild, ownChildren, reapIfDead } from './own-children.ts';
import {
  COMMAND_BYTES,
  READY,
  STATUS_BYTES,
  TEMPLATE_CPU_SECONDS,
  type TemplateJob,
  templateMain,
} from './template-process.ts';

const NS_PER_MS = 1e6;

/** A template process did something that only a bug or an attacker makes it do; the worker goes on without it. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

const ORDER = new Uint8Array(1);
/** A fork takes milliseconds; on a machine that is overloaded the request had better run on its own. */
const FORK_TIMEOUT_MS = 10_000;
/** Loading may wait for a processor this many times as long as it may use one. */
const LOAD_WALL_FACTOR = 10;

/** The worker's ends of the pipes to a template and its jobs. */
interface TemplatePipes {
  readonly order: number;
  readonly command: number;
  readonly status: number;
  readonly result: number;
}

/**
 * A sandboxed process that has loaded one artifact and forks a job for each request, so that loading is paid for once.
 * What it holds comes from its PVF alone: taken over, it could harm the answers about that PVF, nothing else.
 */
export class Template {
  /** All of this worker, to tell their processes from those that nobody ordered. */
  static readonly #live = new Set<Template>();
  readonly pid: number;
  readonly #procFd: number | undefined;
  readonly #arena: RequestArena;
  readonly #memory: TemplateMemory;
  readonly #pipes: TemplatePipes;
  /** A job was ordered and its pid not read yet. */
  #ordered = false;
  /** The job at hand, until it is reaped. */
  #jobPid: number | undefined;
  #closed = false;

  /**
   * Forks the process and waits until it has loaded.
   *
   * @param loadLimitNs CPU time that loading may take, nanoseconds
   * @returns `undefined` when it cannot load the artifact, whatever the reason
   * @throws NotBegunError when no process or pipe can be made: a local fault
   */
  static start(
    settings: JobSettings,
    arena: RequestArena,
    loadLimitNs: number,
    load: (lock: () => void) => TemplateJob,
  ): Template | undefined {
    const [order, command, status, result] = beforeJob(() => [pipe(), pipe(), pipe(), pipe()] as const);
    const fds = {
      order: order.readFd,
      command: command.readFd,
      status: status.writeFd,
      result: result.writeFd,
      arena: arena.readFd,
    };
    const memory = memoryOf(settings);
    const forkedWith = ownMemory(memory);
    const body = (): number => templateMain(settings, fds, load);
    const pid = beforeJob(() => forkAs(settings.user, () => forkChild({ body })));
    for (const fd of [fds.order, fds.command, fds.status, fds.result]) closeDescriptor(fd);
    const template = new Template(pid, settings.procFd, arena, new TemplateMemory(pid, forkedWith, memory), {
      order: order.writeFd,
      command: command.writeFd,
      status: status.readFd,
      result: result.readFd,
    });
    if (template.#loaded(loadLimitNs, new MemoryGuard(pid, { forkedWith }, memory))) return template;
    template.close();
    return undefined;
  }

  private constructor(
    pid: number,
    procFd: number | undefined,
    arena: RequestArena,
    memory: TemplateMemory,
    pipes: TemplatePipes,
  ) {
    this.pid = pid;
    this.#procFd = procFd;
    this.#arena = arena;
    this.#memory = memory;
    this.#pipes = pipes;
    Template.#live.add(this);
  }

  /**
   * Has the job for the next request made meanwhile, to wait for it. Does nothing if one waits already.
   *
   * @throws TemplateError: close the template
   */
  prepareJob(): void {
    if (this.#closed) throw new TemplateError('given up with another one');
    if (this.#ordered) return;
    this.#send(this.#pipes.order, ORDER);
    this.#ordered = true;
  }

  /**
   * Runs one job on `request`.
   *
   * @throws TemplateError: close the template and run the request in a job of its own
   */
  run(request: Uint8Array, limits: JobLimits): JobReport {
    const { command, result } = this.#pipes;
    const cpuSeconds = kernelCpuSeconds(limits.cpuLimitNs);
    if (cpuSeconds > TEMPLATE_CPU_SECONDS)
      throw new TemplateError('the limit of CPU time is too high for it');
    this.prepareJob();
    const pid = this.#takeJob();
    this.#refuseStrays();
    if (this.#readable(result, 0)) throw new TemplateError('bytes on the result pipe before the request');
    this.#arena.fill(request);
    try {
      const bytes = new Uint8Array(COMMAND_BYTES);
      const view = new DataView(bytes.buffer);
      view.setUint32(0, request.length, true);
      view.setUint32(4, cpuSeconds, true);
      this.#send(command, bytes);
      const { forkedWith, held: heldByTemplate } = this.#memory;
      const followed = { ...limits, marksBeginning: true };
      const report = followJob(pid, result, followed, { forkedWith, heldByTemplate });
      this.#jobPid = undefined;
      if (unreadBytes(command) > 0) throw new TemplateError(`job ${pid} ended before it took its request`);
      // A template that was taken over could have its jobs end so; a job of the worker's own says what is wrong.
      if (report.notBegun !== undefined && (report.end.type === 'exited' || report.end.type === 'signaled'))
        throw new TemplateError(`job ${pid} ended before it began with its request`);
      return report;
    } finally {
      this.#arena.clear();
    }
  }

  /** Ends the process and a job that waits or runs, and waits for their end. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    endChild(this.pid);
    try {
      // Without waiting: a template that was taken over might never say.
      if (this.#ordered && this.#readable(this.#pipes.status, 0)) this.#takeJob();
    } catch (error) {
      // No job was made, or none of ours.
      if (!(error instanceof TemplateError)) throw error;
    }
    if (this.#jobPid !== undefined) endChild(this.#jobPid);
    for (const fd of Object.values(this.#pipes)) closeDescriptor(fd);
    Template.#live.delete(this);
    if (Template.#live.size === 0) for (const pid of this.#strays()) endChild(pid);
  }

  /**
   * A template makes children of the worker, and one that was taken over could make more than were ordered. Whose they
   * are cannot be seen, so all templates go.
   */
  #refuseStrays(): void {
    let waiting = 0;
    for (const template of Template.#live) if (template.#ordered) waiting++;
    const strays = this.#strays().length - waiting;
    if (strays <= 0) return;
    for (const template of Template.#live) template.close();
    throw new TemplateError(`${strays} processes that nobody ordered`);
  }

  /** Children of this worker that are not known: strays, and jobs that were ordered and whose pid was not read yet. */
  #strays(): number[] {
    const known = Template.#pids();
    return (ownChildren(this.#procFd) ?? []).filter((pid) => !known.has(pid) && !reapIfDead(pid));
  }

  static #pids(): Set<number> {
    const pids = new Set<number>();
    for (const template of Template.#live) {
      pids.add(template.pid);
      if (template.#jobPid !== undefined) pids.add(template.#jobPid);
    }
    return pids;
  }

  #loaded(limitNs: number, memory: MemoryGuard): boolean {
    const deadline = performance.now() + (LOAD_WALL_FACTOR * limitNs) / NS_PER_MS;
    for (;;) {
      const used = processCpuTimeNs(this.pid) ?? 0;
      const left = limitNs - used;
      const lookAfterMs = memory.look(used);
      if (left <= 0 || lookAfterMs === 0 || performance.now() > deadline) return false;
      if (this.#readable(this.#pipes.status, Math.min(Math.ceil(left / NS_PER_MS), lookAfterMs))) break;
    }
    const byte = new Uint8Array(1);
    return readFully(this.#pipes.status, byte) === 1 && byte[0] === READY;
  }

  #send(fd: number, bytes: Uint8Array): void {
    try {
      writeAll(fd, bytes);
    } catch (cause) {
      throw new TemplateError('the process takes no requests', { cause });
    }
  }

  /** The job that was ordered, alive. A pid that is not a child of this worker is not believed. */
  #takeJob(): number {
    const bytes = new Uint8Array(STATUS_BYTES);
    if (!this.#readable(this.#pipes.status, FORK_TIMEOUT_MS))
      throw new TemplateError('no job was made in time');
    // Written at once, so that one read gets all of it.
    if (readInto(this.#pipes.status, bytes) !== STATUS_BYTES) throw new TemplateError('the process has gone');
    this.#ordered = false;
    const pid = new DataView(bytes.buffer).getInt32(0, true);
    if (pid <= 0) throw new TemplateError(`no job was made (${pid})`);
    if (Template.#pids().has(pid)) throw new TemplateError(`process ${pid} is another one's`);
    let ended: ReturnType<typeof waitForChild> | undefined;
    try {
      ended = waitForChild(pid, { noHang: true });
    } catch (cause) {
      throw new TemplateError(`process ${pid} is no job of this worker`, { cause });
    }
    if (ended !== undefined) throw new TemplateError(`job ${pid} ended before its request`);
    this.#jobPid = pid;
    return pid;
  }

  #readable(fd: number, timeoutMs: number): boolean {
    const entry: PollEntry = { fd, events: POLLIN, revents: 0 };
    poll([entry], timeoutMs);
    return entry.revents !== 0;
  }
}
