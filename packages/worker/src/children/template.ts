import { closeDescriptor, processCpuTimeNs, unreadBytes, writeAll } from '@pvf/linux';
import type { RequestArena } from '../across/arena.ts';
import type { CgroupSlot } from '../across/cgroup.ts';
import { type JobSettings, kernelCpuSeconds } from '../job/job-process.ts';
import { endChild, endChildAndItsOwn, reapEnded, reapIfDead } from '../own-children.ts';
import { COMMAND_BYTES, TEMPLATE_CPU_SECONDS, type TemplateJob } from '../template/template-process.ts';
import { followJob, type JobLimits, type JobReport } from './job.ts';
import type { TemplateMemory } from './memory-guard.ts';
import { type StartedTemplate, startTemplate, type TemplatePipes } from './start-template.ts';
import { Stoppable } from './stoppable.ts';
import type { CloneGate, Patience } from './template-clone.ts';
import { TemplateError } from './template-error.ts';
import { exitWithoutHost, hasHungUp, readable } from './waiting.ts';

const NS_PER_MS = 1e6;
const ORDER = new Uint8Array(1);
/**
 * A fork takes milliseconds; on a machine that is overloaded the request had better run on its own, while there is time:
 * the host waits for four times the limit, which may be two seconds.
 */
const FORK_TIMEOUT_MS = 3_000;
/** A template that has an order and does not make its job is looked at this often, for the memory that it takes. */
const MEMORY_LOOK_MS = 20;
/**
 * Between two requests a template may use this much CPU time to make a job, and the job may run for that long to get
 * ready; then both are stopped.
 */
const REST_AFTER_MS = 20;

/**
 * How often some of the templates at rest are looked at again, and how many of them: all within {@link LOOKS_FOR_ALL}
 * times. The kernel makes large pages out of small ones at some MiB per second for the whole machine.
 */
const LOOK_AT_REST_MS = 1_000;
const LOOKS_FOR_ALL = 16;

/** So long a request that has come waits for a template to call: longer than it takes, and no matter if it does not. */
const ASKS_WITHIN_MS = 1;

/**
 * A sandboxed process that has loaded one artifact and forks a job for each request, so that loading is paid for once.
 * What it holds comes from its PVF alone. Taken over, it could harm the answers about that PVF, nothing else: it makes
 * one process per order (`CloneGate`) and is stopped while it has none, as is its waiting job while another PVF's
 * candidate runs or the worker is idle.
 */
export class Template {
  static readonly #live = new Set<Template>();
  /** Those that may use a processor, and those that nobody has seen at rest since they could. */
  static readonly #awake = new Set<Template>();
  static #lookedAt = 0;
  readonly #process: Stoppable;
  readonly #arena: RequestArena;
  readonly #procFd: number;
  readonly #memory: TemplateMemory;
  readonly #pipes: TemplatePipes;
  readonly #gate: CloneGate;
  readonly #hostFd: number | undefined;
  readonly #guardFd: number | undefined;
  readonly #slot: CgroupSlot | undefined;
  /** A job was ordered and not found yet. */
  #ordered = false;
  /** The job at hand, until it is reaped. */
  #job: Stoppable | undefined;
  #closed = false;

  /**
   * Forks the process and waits until it has loaded.
   *
   * @param loadLimitNs CPU time that loading may take, nanoseconds
   * @param hostFd the socket to the host: when the host is gone, this worker ends
   * @returns `undefined` when it cannot load the artifact, whatever the reason, or this machine cannot have templates
   * @throws NotBegunError when no process or pipe can be made: a local fault
   */
  static start(
    settings: JobSettings,
    arena: RequestArena,
    loadLimitNs: number,
    load: (lock: () => void) => TemplateJob,
    hostFd?: number,
  ): Template | undefined {
    Template.rest();
    const started = startTemplate(settings, arena, loadLimitNs, load, hostFd);
    return started && new Template(started, arena, hostFd);
  }

  /**
   * Stops all templates, and jobs that wait, but those of `except`: taken over, they would else use up the processor
   * time that belongs to another PVF's candidate.
   */
  static rest(except?: Template): void {
    for (const template of Template.#awake) if (template !== except) template.#orEnd(() => template.#rest());
  }

  /**
   * Looks whether those that were told to rest do, and hold no more memory than they are kept for; those that do not are
   * ended. What a template that was taken over takes before it is stopped would else be held for as long as it rests,
   * and by each of many of them.
   *
   * @param except whose candidate is at hand
   * @returns milliseconds until it is to be called again; infinite when all rest
   */
  static look(except?: Template): number {
    let again = Number.POSITIVE_INFINITY;
    for (const template of Template.#awake) {
      if (template === except) continue;
      template.#orEnd(() => {
        again = Math.min(again, template.#look());
      });
    }
    return again;
  }

  /**
   * Looks again at some of those at rest, each in its turn, and ends those that hold more memory by now than they are
   * kept for.
   *
   * @returns milliseconds until it is to be called again; infinite when there are none
   */
  static lookAtRest(): number {
    if (Template.#live.size === 0) return Number.POSITIVE_INFINITY;
    const now = performance.now();
    const due = Template.#lookedAt + LOOK_AT_REST_MS;
    if (now < due) return due - now;
    Template.#lookedAt = now;
    const turn = [...Template.#live].slice(0, Math.ceil(Template.#live.size / LOOKS_FOR_ALL));
    for (const template of turn) {
      Template.#live.delete(template);
      Template.#live.add(template);
      template.#orEnd(() => template.#lookAgain());
    }
    return LOOK_AT_REST_MS;
  }

  /** Has all rest, and looks until they do, for as long as the host has no request: where no jobs are made ahead. */
  static settle(hostFd: number): void {
    Template.rest();
    for (let again = Template.look(); Number.isFinite(again) && !readable(hostFd, again); )
      again = Template.look();
  }

  /** Ends all templates of this worker with their jobs. */
  static closeAll(): void {
    for (const template of Template.#live) template.close();
  }

  private constructor(started: StartedTemplate, arena: RequestArena, hostFd: number | undefined) {
    const { pid, procFd, memory, pipes, gate, guardFd, slot } = started;
    this.#process = new Stoppable(pid);
    this.#procFd = procFd;
    this.#arena = arena;
    this.#memory = memory;
    this.#pipes = pipes;
    this.#gate = gate;
    this.#hostFd = hostFd;
    this.#guardFd = guardFd;
    this.#slot = slot;
    Template.#live.add(this);
    Template.#awake.add(this);
  }

  /** Of the template's process. */
  get pid(): number {
    return this.#process.pid;
  }

  /** It was ended: nothing can be run on it. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /**
   * Says what it is kept for.
   *
   * @param bytes beyond its worker's own memory: with more, and a little for what a fork takes, it may not rest
   */
  keep(bytes: number): void {
    this.#memory.keep(bytes);
  }

  /**
   * Has the job for the next request made meanwhile, to wait for it; for as long as the host has no request. Does
   * nothing if one waits already.
   *
   * @throws TemplateError: close the template
   */
  prepareJob(): void {
    reapEnded();
    const host = this.#hostFd === undefined ? undefined : ({ fd: this.#hostFd, until: 'request' } as const);
    const calls = (): boolean => host !== undefined && readable(host.fd, 0);
    const used = (): number => processCpuTimeNs(this.pid) ?? 0;
    const usedBefore = used();
    const deadline = performance.now() + FORK_TIMEOUT_MS;
    do this.#order({ timeoutMs: REST_AFTER_MS, host });
    while (
      !this.#isMaking &&
      used() - usedBefore < REST_AFTER_MS * NS_PER_MS &&
      performance.now() < deadline &&
      !calls()
    );
    // With a request there, making the job and reading the request go on side by side, from the call on.
    if (!this.#isMaking && calls()) this.#order({ timeoutMs: ASKS_WITHIN_MS });
    if (host === undefined) this.#settle();
    else if (!readable(host.fd, REST_AFTER_MS)) {
      this.#rest();
      const look = (): number => Math.min(this.#look(), Template.look(this));
      for (let again = look(); Number.isFinite(again) && !readable(host.fd, again); ) again = look();
    }
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
    Template.rest(this);
    const host = limits.hostFd === undefined ? undefined : ({ fd: limits.hostFd, until: 'end' } as const);
    const deadline = performance.now() + FORK_TIMEOUT_MS;
    let heldByTemplate: number;
    do {
      this.#order({ timeoutMs: MEMORY_LOOK_MS, host });
      heldByTemplate = this.#memory.held;
      if (heldByTemplate > this.#memory.limit) throw new TemplateError('it holds more memory than it may');
      if (!this.#isMaking) exitWithoutHost(limits.hostFd);
    } while (!this.#isMaking && performance.now() < deadline);
    this.#settle();
    const job = this.#job;
    if (job === undefined) throw new TemplateError('no job was made in time');
    const { pid } = job;
    if (reapIfDead(pid)) {
      this.#job = undefined;
      throw new TemplateError(`job ${pid} ended before its request`);
    }
    if (readable(result, 0)) throw new TemplateError('bytes on the result pipe before the request');
    this.#arena.fill(request);
    try {
      const bytes = new Uint8Array(COMMAND_BYTES);
      const view = new DataView(bytes.buffer);
      view.setUint32(0, request.length, true);
      view.setUint32(4, cpuSeconds, true);
      this.#send(command, bytes);
      job.wake();
      let forks = false;
      const alarm = { fd: this.#gate.listener, raised: () => (forks = true) };
      const { forkedWith } = this.#memory;
      const meanwhile = (): number => Template.look(this);
      const followed = { ...limits, alarm, marksBeginning: true, slot: this.#slot, meanwhile };
      const report = followJob(pid, result, followed, { forkedWith, heldByTemplate });
      this.#job = undefined;
      if (forks) throw new TemplateError(`job ${pid} would make a process`);
      if (unreadBytes(command) > 0) throw new TemplateError(`job ${pid} ended before it took its request`);
      // A template that was taken over could have its jobs end so; a job of the worker's own says what is wrong.
      if (report.notBegun !== undefined && (report.end.type === 'exited' || report.end.type === 'signaled'))
        throw new TemplateError(`job ${pid} ended before it began with its request`);
      if (limits.orderNoneAhead !== true) this.#orderAhead();
      return report;
    } finally {
      this.#arena.clear();
    }
  }

  /** Ends the process and a job that waits or runs. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    Template.#live.delete(this);
    Template.#awake.delete(this);
    this.#slot?.release();
    if (this.#job !== undefined) endChild(this.#job.pid);
    if (this.#gate.isOpen) endChildAndItsOwn(this.pid, Template.#known(), this.#procFd);
    else endChild(this.pid);
    this.#gate.close();
    for (const fd of Object.values(this.#pipes)) closeDescriptor(fd);
  }

  /** A job is there, or on its way. */
  get #isMaking(): boolean {
    return this.#job !== undefined || this.#gate.isOpen;
  }

  /** Orders a job, unless one is there or on its way. A template that does not ask for it in time is stopped again. */
  #order(patience: Patience): void {
    if (this.#closed) throw new TemplateError('given up with another one');
    if (this.#guardFd !== undefined && hasHungUp(this.#guardFd))
      throw new TemplateError('nobody would end it with this worker any more');
    if (this.#isMaking) return;
    this.#placeOrder();
    const why = this.#gate.letOne(patience);
    if (why !== undefined) throw new TemplateError(why);
    if (!this.#gate.isOpen) this.#process.stop();
  }

  /** So that the next job is made while this one's answer is put together and sent. */
  #orderAhead(): void {
    try {
      this.#placeOrder();
    } catch (error) {
      // Of no concern to the answer: whoever wants the job finds out.
      if (!(error instanceof TemplateError)) throw error;
    }
  }

  #placeOrder(): void {
    if (!this.#ordered) {
      if (this.#gate.isAsked) throw new TemplateError('it would make a process that nobody ordered');
      this.#send(this.#pipes.order, ORDER);
      this.#ordered = true;
    }
    Template.#awake.add(this);
    this.#process.wake();
  }

  /** Finds the job that is on its way, if one is, and stops the template: it has no order any more. */
  #settle(): void {
    if (!this.#gate.isOpen) return;
    const made = this.#gate.find(Template.#known());
    if (made.type === 'refused') throw new TemplateError(made.why);
    this.#process.stop();
    this.#ordered = false;
    this.#job = new Stoppable(made.pid);
  }

  static #known(): Set<number> {
    const pids = new Set<number>();
    for (const template of Template.#live) {
      pids.add(template.pid);
      if (template.#job !== undefined) pids.add(template.#job.pid);
    }
    return pids;
  }

  #rest(): void {
    // Whose a process is can be told while one template at most has one on its way.
    this.#settle();
    this.#process.stop();
    this.#job?.stop();
  }

  /** @returns as `look` does */
  #look(): number {
    const { maxAtRest } = this.#memory;
    const again = Math.min(
      this.#process.look(this.#procFd, maxAtRest),
      this.#job?.look(this.#procFd, maxAtRest) ?? Number.POSITIVE_INFINITY,
    );
    if (this.#process.rests && this.#job?.rests !== false) Template.#awake.delete(this);
    return again;
  }

  #lookAgain(): void {
    const { maxAtRest } = this.#memory;
    this.#process.lookAgain(this.#procFd, maxAtRest);
    this.#job?.lookAgain(this.#procFd, maxAtRest);
  }

  #orEnd(run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      this.close();
    }
  }

  #send(fd: number, bytes: Uint8Array): void {
    try {
      writeAll(fd, bytes);
    } catch (cause) {
      throw new TemplateError('the process takes no requests', { cause });
    }
  }
}
