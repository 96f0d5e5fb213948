import { existsSync, readlinkSync } from 'node:fs';
import { killPid, ownCpuTimeNs, type PollEntry, poll, prctl, setParentDeathSignal } from '@pvf/linux';
import { POLLIN, PR_SET_CHILD_SUBREAPER, SIGCHLD, SIGKILL } from '@pvf/linux/constants';
import type { Plan } from '../policy/plan.ts';
import { endReason } from './end-reason.ts';
import { handBack } from './inputs.ts';
import { receive, send } from './messages.ts';
import { setUpNamespaces } from './own-namespaces.ts';
import { measure, type SandboxUse, sandboxProcesses } from './processes.ts';
import type { ProgramOptions } from './program.ts';
import { ProgramProcess } from './program-process.ts';
import type { EndReason, SignalRequest } from './protocol.ts';
import { reapAll, reapedUse } from './reap.ts';
import { SharedState } from './shared-state.ts';
import { signalDescriptor, takeSignal } from './signals.ts';
import { Supervisor } from './supervisor.ts';

export interface InitOptions extends Omit<ProgramOptions, 'shared' | 'ownProcessTable'> {
  readonly plan: Plan;
  readonly ids: { readonly uid: number; readonly gid: number };
  /** Messages to the launcher. */
  readonly statusFd: number;
  /** Messages from the launcher; its end means: kill everything. */
  readonly controlFd: number;
}

const FORWARDED_TO_NOBODY = [1, 2, 3, 10, 12, 15];
/** How often CPU time and memory are added up while they are limited and the sandbox is busy. */
const SAMPLE_MS = 20;
/** Idle, it can neither use CPU time nor grow, so the pause doubles up to this. */
const IDLE_SAMPLE_MS = 320;
/** How often init looks whether the program has installed its filter. */
const LISTENER_POLL_MS = 1;
const PROC = '/proc';
const NS_PER_MS = 1e6;

/**
 * The first process of a sandbox (pid 1 where it has a pid namespace): starts the program, adopts and reaps orphans,
 * judges forbidden calls, measures, and ends everything when the program ends. Never returns to its caller's work.
 */
export function runInit(options: InitOptions): number {
  setParentDeathSignal(SIGKILL);
  prctl('PR_SET_CHILD_SUBREAPER', PR_SET_CHILD_SUBREAPER, 1);
  const children = signalDescriptor([SIGCHLD, ...FORWARDED_TO_NOBODY]);
  const namespaces = setUpNamespaces(options.plan, options.ids, options.cwd);
  const shared = new SharedState();
  const { ownProcessTable } = namespaces;
  const program = new ProgramProcess({ ...options, shared, ownProcessTable });
  const init = new Init(options, shared, program, children, ownProcessTable);
  send(options.statusFd, { type: 'started' });
  const { reason, missing } = init.run();
  handBack(namespaces.inputs);
  const { cpuMs, maxRssBytes } = reapedUse();
  send(options.statusFd, {
    type: 'ended',
    reason,
    refused: init.supervisor.refused,
    missing: [...namespaces.missing, ...missing],
    usage: {
      cpuMs: Math.max(cpuMs, options.cgroup?.cpuMs() ?? 0),
      wallMs: init.wallMs(),
      peakMemoryBytes: init.peakMemoryBytes,
      maxRssBytes,
    },
  });
  return 0;
}

class Init {
  readonly supervisor: Supervisor;
  peakMemoryBytes = 0;
  readonly #options: InitOptions;
  readonly #shared: SharedState;
  readonly #program: ProgramProcess;
  readonly #children: PollEntry;
  readonly #control: PollEntry;
  readonly #listener: PollEntry = { fd: -1, events: POLLIN, revents: 0 };
  readonly #ownTable: boolean;
  readonly #started = performance.now();
  #stopped: EndReason | undefined;
  #sampleMs = SAMPLE_MS;
  #sampledCpuMs = 0;
  /** CPU time that init itself spent on judging calls: a sandbox could otherwise have it work for free. */
  #judgingNs = 0;

  constructor(
    options: InitOptions,
    shared: SharedState,
    program: ProgramProcess,
    children: number,
    ownTable: boolean,
  ) {
    this.#options = options;
    this.#shared = shared;
    this.#program = program;
    this.#children = { fd: children, events: POLLIN, revents: 0 };
    this.#control = { fd: options.controlFd, events: POLLIN, revents: 0 };
    this.#ownTable = ownTable;
    this.supervisor = new Supervisor(options.filters, options.plan.listening);
  }

  wallMs(): number {
    return performance.now() - this.#started;
  }

  run(): { reason: EndReason; missing: readonly string[] } {
    while (this.#program.end === undefined) {
      poll([this.#children, this.#control, this.#listener], this.#waitMs());
      if (this.#listener.revents !== 0) this.#judge();
      if (this.#control.revents !== 0) this.#obey();
      if (this.#children.revents !== 0) this.#reap();
      this.#checkLimits();
    }
    this.#killAll();
    reapAll(true);
    const supervisorMissing = this.#shared.unsupervised && this.#options.filters.supervised !== undefined;
    return {
      reason:
        this.#stopped ?? this.#outOfMemory() ?? endReason(this.#program.end, this.#shared, this.#options),
      missing: supervisorMissing ? this.#options.filters.missingUnsupervised : [],
    };
  }

  #waitMs(): number {
    const { cpuMs, memoryBytes, wallMs } = this.#options.plan.limits;
    let wait = Number.POSITIVE_INFINITY;
    if (cpuMs !== undefined || memoryBytes !== undefined) wait = this.#sampleMs;
    if (wallMs !== undefined) wait = Math.min(wait, Math.max(0, wallMs - this.wallMs()));
    if (
      this.#options.filters.supervised !== undefined &&
      this.#listener.fd < 0 &&
      !this.#shared.unsupervised
    ) {
      const { listener } = this.#shared;
      if (listener === undefined) return Math.min(wait, LISTENER_POLL_MS);
      this.#listener.fd = listener;
    }
    return wait;
  }

  #judge(): void {
    const before = ownCpuTimeNs();
    const violation = this.supervisor.handle(this.#listener.fd);
    this.#judgingNs += ownCpuTimeNs() - before;
    if (violation !== undefined) this.#stop({ type: 'syscall-violation', ...violation });
    // no task is left under the filter
    if ((this.#listener.revents & POLLIN) === 0) this.#listener.fd = -1;
  }

  #obey(): void {
    const message = receive(this.#options.controlFd) as SignalRequest | undefined;
    if (message === undefined) {
      this.#control.fd = -1;
      this.#stop({ type: 'signaled', signal: SIGKILL });
    } else {
      this.#program.signal(message.signal);
    }
  }

  #reap(): void {
    while (takeSignal(this.#children.fd) !== undefined);
    this.#program.find(reapAll(false), this.#stopped === undefined);
  }

  #checkLimits(): void {
    const { cpuMs, memoryBytes, wallMs } = this.#options.plan.limits;
    if (this.#program.end !== undefined || this.#stopped !== undefined) return;
    if (wallMs !== undefined && this.wallMs() >= wallMs) this.#stop({ type: 'limit', limit: 'wall' });
    if ((cpuMs === undefined && memoryBytes === undefined) || !existsSync(`${PROC}/self`)) return;
    const use = this.#measure(cpuMs !== undefined, memoryBytes !== undefined);
    this.#sampleMs =
      use.cpuMs > this.#sampledCpuMs ? SAMPLE_MS : Math.min(2 * this.#sampleMs, IDLE_SAMPLE_MS);
    this.#sampledCpuMs = use.cpuMs;
    this.peakMemoryBytes = Math.max(this.peakMemoryBytes, use.memoryBytes);
    const out = this.#outOfMemory();
    if (out !== undefined) this.#stop(out);
    if (cpuMs !== undefined && use.cpuMs >= cpuMs) this.#stop({ type: 'limit', limit: 'cpu' });
    if (
      memoryBytes !== undefined &&
      this.#options.cgroup?.has('memory') !== true &&
      use.memoryBytes > memoryBytes
    )
      this.#stop({ type: 'limit', limit: 'memory' });
  }

  /** From the kernel's own books where there is a cgroup; what is missing there is added up from /proc. */
  #measure(cpu: boolean, memory: boolean): SandboxUse {
    const { cgroup, plan } = this.#options;
    const judgedMs = this.#judgingNs / NS_PER_MS;
    const counted = cgroup?.cpuMs();
    const bounded = cgroup?.has('memory') === true;
    const memoryBytes = cgroup?.peakMemoryBytes() ?? 0;
    if ((counted !== undefined || !cpu) && (bounded || !memory))
      return { cpuMs: (counted ?? 0) + judgedMs, memoryBytes };
    const members = sandboxProcesses(PROC, Number(readlinkSync(`${PROC}/self`)), this.#ownTable);
    const use = measure(PROC, members, reapedUse().cpuMs + judgedMs, {
      memory: memory && !bounded,
      ownIpc: plan.namespaces.includes('ipc'),
      tmpfs: { paths: plan.view?.private ?? [], size: plan.view?.privateBytes ?? 0 },
    });
    return {
      cpuMs: counted === undefined ? use.cpuMs : counted + judgedMs,
      memoryBytes: bounded ? memoryBytes : use.memoryBytes,
    };
  }

  #outOfMemory(): EndReason | undefined {
    return this.#options.cgroup?.hasRunOut() === true ? { type: 'limit', limit: 'memory' } : undefined;
  }

  /** Ends the sandbox; the first reason stays. */
  #stop(reason: EndReason): void {
    this.#stopped ??= reason;
    this.#killAll();
  }

  #killAll(): void {
    if (this.#options.plan.namespaces.includes('pid')) {
      // as pid 1: everything in the namespace but itself
      killPid(-1);
      return;
    }
    for (let round = 0; round < 100; round++) {
      const members = existsSync(`${PROC}/self`)
        ? sandboxProcesses(PROC, Number(readlinkSync(`${PROC}/self`)), false)
        : [];
      this.#program.kill();
      for (const { pid } of members) killPid(pid);
      this.#program.find(reapAll(false), this.#stopped === undefined);
      if (members.length === 0) return;
    }
  }
}
