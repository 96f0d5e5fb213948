import {
  type ChildEnd,
  closeDescriptor,
  forkChild,
  type PollEntry,
  pidfdOpen,
  pipe,
  poll,
  SandboxError,
  setDumpable,
  waitForChild,
} from '@pvf/linux';
import { POLLIN } from '@pvf/linux/constants';
import { kernelAbilities } from '../policy/abilities.ts';
import { MAX_FORK_ACCIDENTS, mayBeForkAccident } from '../policy/fork-accidents.ts';
import type { Plan } from '../policy/plan.ts';
import type { SandboxCgroup } from './cgroup.ts';
import { buildFilters, type ProgramFilters } from './filters.ts';
import { runInit } from './init.ts';
import { send } from './messages.ts';
import { CONTROL_FD, type LauncherRequest } from './protocol.ts';

/** A sandbox's init, seen from the launcher. */
export interface RunningInit {
  readonly pid: number;
  /** Its messages. */
  readonly statusFd: number;
  /** Messages to it. */
  readonly controlFd: number;
  /** Ready once it has ended. */
  readonly death: PollEntry;
  /** How it ended, if that is known already. */
  readonly how?: ChildEnd;
}

export const pollEntry = (fd: number): PollEntry => ({ fd, events: POLLIN, revents: 0 });

/**
 * Forks a sandbox's init; anew after an accident of the fork.
 * @param signals a descriptor that is the launcher's alone
 * @throws SandboxError SYSCALL_FAILED. What fails in init is a message of it
 */
export function startInit(
  request: LauncherRequest,
  plan: Plan,
  signals: number,
  cgroup: SandboxCgroup | undefined,
): RunningInit {
  const built = buildFilters(plan.filter, plan.listening !== undefined);
  const supervised = request.noNotify !== true && kernelAbilities().notify;
  const filters = supervised ? built : { ...built, supervised: undefined };
  for (let accidents = 0; ; accidents++) {
    const init = forkInit(request, plan, { signals, filters, cgroup });
    // from here on nobody of the same user may look into this process
    setDumpable(false);
    const how = endBeforeFirstMessage(init);
    if (how === undefined) return init;
    if (!mayBeForkAccident(how) || accidents === MAX_FORK_ACCIDENTS) return { ...init, how };
    for (const fd of [init.statusFd, init.controlFd, init.death.fd]) closeDescriptor(fd);
    // or the next one could not write its id maps
    setDumpable(true);
  }
}

function forkInit(
  request: LauncherRequest,
  plan: Plan,
  {
    signals,
    filters,
    cgroup,
  }: {
    readonly signals: number;
    readonly filters: ProgramFilters;
    readonly cgroup: SandboxCgroup | undefined;
  },
): RunningInit {
  const status = pipe();
  const control = pipe();
  const ids = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const pid = forkChild({
    namespaces: plan.namespaces,
    body: () => {
      for (const fd of [CONTROL_FD, signals, status.readFd, control.writeFd]) closeDescriptor(fd);
      return runInit({
        ...request,
        plan,
        ids,
        ...(cgroup === undefined ? {} : { cgroup }),
        filters,
        statusFd: status.writeFd,
        controlFd: control.readFd,
      });
    },
    onError: (error) => {
      const message = error instanceof Error ? error.message : String(error);
      const code = error instanceof SandboxError ? error.code : 'INTERNAL';
      const usage = { cpuMs: 0, wallMs: 0, peakMemoryBytes: 0, maxRssBytes: 0 };
      send(status.writeFd, {
        type: 'ended',
        reason: { type: 'sandbox-failed', code, message },
        refused: {},
        missing: [],
        usage,
      });
      return 0;
    },
  });
  closeDescriptor(status.writeFd);
  closeDescriptor(control.readFd);
  return { pid, statusFd: status.readFd, controlFd: control.writeFd, death: pollEntry(pidfdOpen(pid)) };
}

/** Waits for its first message, its end, or the caller's word. @returns how it ended, if it has said nothing */
function endBeforeFirstMessage({ pid, statusFd, death }: RunningInit): ChildEnd | undefined {
  const caller = pollEntry(CONTROL_FD);
  const status = pollEntry(statusFd);
  for (;;) {
    poll([caller, status, death], Number.POSITIVE_INFINITY);
    const spoke = (status.revents & POLLIN) !== 0;
    if (!spoke && death.revents !== 0) return waitForChild(pid);
    death.revents = 0;
    if (spoke || caller.revents !== 0) return undefined;
    // it has closed it, and ends
    if (status.revents !== 0) status.fd = -1;
  }
}
