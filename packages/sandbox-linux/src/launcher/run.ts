import {
  closeDescriptor,
  errnoNameOf,
  initialise,
  killPid,
  poll,
  SandboxError,
  setDumpable,
  waitForChild,
} from '@pvf/linux';
import { kernelAbilities, namespaceAbilities } from '../policy/abilities.ts';
import { type Plan, planPolicy } from '../policy/plan.ts';
import type { LayerOutcome, Policy } from '../policy/types.ts';
import { SandboxCgroup } from './cgroup.ts';
import { receive, send } from './messages.ts';
import {
  CONTROL_FD,
  type EndReason,
  type InitMessage,
  type LauncherRequest,
  type SandboxEnd,
  type SignalRequest,
} from './protocol.ts';
import { signalDescriptor, takeSignal } from './signals.ts';
import { pollEntry, type RunningInit, startInit } from './start-init.ts';

/** SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGTERM: handed on to the program. */
const FORWARDED = [1, 2, 3, 10, 12, 15];
/** How long init gets to end a sandbox whose caller has gone. */
const END_GRACE_MS = 2000;

/** Runs one program in a sandbox, from outside of it, and reports to the caller. */
export function runSandbox(request: LauncherRequest): void {
  const started = performance.now();
  let outcomes: readonly LayerOutcome[] = [];
  try {
    initialise();
    const cgroup = request.noCgroup === true ? undefined : SandboxCgroup.make(request.policy.limits);
    try {
      becomeUser(request.policy);
      const plan = makePlan(request, cgroup);
      outcomes = plan.outcomes;
      const signals = signalDescriptor(FORWARDED);
      const init = startInit(request, plan, signals, cgroup);
      watch(init, signals, plan, started, () => cgroup?.close());
    } catch (error) {
      cgroup?.close();
      throw error;
    }
  } catch (error) {
    const code = error instanceof SandboxError ? error.code : 'INTERNAL';
    const message = error instanceof Error ? error.message : String(error);
    end({ type: 'sandbox-failed', code, message }, outcomes, started);
  }
}

function end(
  reason: EndReason,
  outcomes: readonly LayerOutcome[],
  started: number,
  rest?: Pick<SandboxEnd, 'refused' | 'usage'>,
): void {
  const nothing = {
    refused: {},
    usage: { cpuMs: 0, wallMs: performance.now() - started, peakMemoryBytes: 0, maxRssBytes: 0 },
  };
  const { refused, usage } = rest ?? nothing;
  send(CONTROL_FD, { type: 'ended', end: { reason, outcomes, refused, usage } });
}

/** As root: everything below happens as the policy's user, namespaces included. */
function becomeUser(policy: Policy): void {
  const { user } = policy;
  if (user === undefined) return;
  process.setgroups?.([]);
  process.setgid?.(user.gid);
  process.setuid?.(user.uid);
  // changing ids has made this process root's to look into, and its own uid map with it
  setDumpable(true);
}

function makePlan(request: LauncherRequest, cgroup: SandboxCgroup | undefined): Plan {
  const kernel = kernelAbilities();
  const abilities = {
    ...kernel,
    notify: kernel.notify && request.noNotify !== true,
    ...namespaceAbilities(request.policy),
    otherThreads: false,
    ...(cgroup === undefined ? {} : { cgroup: { by: cgroup.by, resources: cgroup.resources } }),
  };
  return planPolicy(request.policy, abilities, 'new-process', request.landlockAbi);
}

function watch(
  { pid, statusFd, controlFd, death, how }: RunningInit,
  signals: number,
  plan: Plan,
  started: number,
  cleanUp: () => void,
): void {
  const caller = pollEntry(CONTROL_FD);
  const terminal = pollEntry(signals);
  const status = pollEntry(statusFd);
  const signal = (number: number): void => {
    if (status.fd < 0) return;
    try {
      send(controlFd, { type: 'signal', signal: number });
    } catch (error) {
      // The program has ended meanwhile, and init with it.
      if (errnoNameOf(error) !== 'EPIPE') throw error;
    }
  };
  let ended: Extract<InitMessage, { type: 'ended' }> | undefined;
  let deadline = Number.POSITIVE_INFINITY;
  while (death.revents === 0) {
    poll([caller, terminal, status, death], deadline);
    if (
      death.revents === 0 &&
      deadline !== Number.POSITIVE_INFINITY &&
      caller.revents === 0 &&
      status.revents === 0
    )
      killPid(pid);
    if (terminal.revents !== 0) {
      const taken = takeSignal(signals);
      // a terminal has signalled the program too
      if (taken !== undefined && !taken.fromKernel) signal(taken.signal);
    }
    if (caller.revents !== 0) {
      const message = receive(CONTROL_FD) as SignalRequest | undefined;
      if (message !== undefined) signal(message.signal);
      else {
        // the caller has gone: init ends everything when its control pipe closes
        caller.fd = -1;
        closeDescriptor(controlFd);
        status.fd = -1;
        deadline = END_GRACE_MS;
      }
    }
    while (status.fd >= 0 && status.revents !== 0) {
      const message = receive(statusFd) as InitMessage | undefined;
      if (message?.type === 'started') send(CONTROL_FD, { type: 'started', outcomes: plan.outcomes });
      else if (message?.type === 'ended') ended = message;
      else status.fd = -1;
      poll([status], 0);
    }
  }
  const last = how ?? waitForChild(pid);
  cleanUp();
  if (caller.fd < 0) return;
  const lost: EndReason = {
    type: 'sandbox-failed',
    code: 'INTERNAL',
    message: `the sandbox's init ended with ${last.exited === undefined ? `signal ${last.signaled}` : `status ${last.exited}`}`,
  };
  end(ended?.reason ?? lost, withMissing(plan.outcomes, ended?.missing ?? []), started, ended);
}

/** What turned out to be missing belongs to the layer that it is part of. */
function withMissing(outcomes: readonly LayerOutcome[], missing: readonly string[]): LayerOutcome[] {
  return outcomes.map((outcome) => {
    const own = missing.filter(
      (text) => (text.includes('/proc') ? 'namespaces' : 'syscalls') === outcome.layer,
    );
    return own.length === 0
      ? outcome
      : { ...outcome, status: 'partial' as const, missing: [...outcome.missing, ...own] };
  });
}
