import {
  dropAllCapabilities,
  getResourceLimit,
  type Resource,
  restrictSelf,
  setNoNewPrivileges,
  setResourceLimit,
} from '@pvf/linux';
import { existingRules, processTableRules } from './files.ts';
import type { Plan } from './plan.ts';
import type { LimitPolicy } from './types.ts';

const MS_PER_SECOND = 1000;
/** SIGKILL follows SIGXCPU this many CPU seconds later. */
const CPU_GRACE_SECONDS = 1;
/**
 * A supervised sandbox is killed at its memory limit by measurement; RLIMIT_DATA, which also counts memory that was
 * never touched (thread stacks, the 512 MiB that V8 sets aside for code), is only the belt for what grows faster than
 * the measuring.
 */
const SUPERVISED_DATA_SLACK_BYTES = 1024 * 1024 * 1024;

/**
 * Of 0 bytes there would still be a dump where kernel.core_pattern is a pipe to a program of the machine's, which then
 * keeps what the sandbox had in memory. 1 is that program's own limit, and no dump fits into it (fs/coredump.c).
 */
const NO_CORE_DUMP = 1;

/** Sets the resource limits of a policy on this process; a limit is never raised above what is there. */
export function applyLimits(limits: LimitPolicy, supervised: boolean): void {
  if (limits.cpuMs !== undefined) {
    const seconds = Math.ceil(limits.cpuMs / MS_PER_SECOND) + (supervised ? CPU_GRACE_SECONDS : 0);
    lower('CPU', seconds, seconds + CPU_GRACE_SECONDS);
  }
  if (limits.memoryBytes !== undefined)
    lower('DATA', limits.memoryBytes + (supervised ? SUPERVISED_DATA_SLACK_BYTES : 0));
  if (limits.processes !== undefined) lower('NPROC', limits.processes);
  if (limits.openFiles !== undefined) lower('NOFILE', limits.openFiles);
  if (limits.fileBytes !== undefined) lower('FSIZE', limits.fileBytes);
  if (limits.stackBytes !== undefined) lower('STACK', limits.stackBytes);
  lower('CORE', Math.max(limits.coreBytes ?? 0, NO_CORE_DUMP));
}

function lower(resource: Resource, soft: number, hard = soft): void {
  const now = getResourceLimit(resource);
  setResourceLimit(resource, Math.min(soft, now.hard), Math.min(hard, now.hard));
}

/**
 * Takes from this process what the plan says, in the order in which each step still can: privileges, then paths and
 * ports (which need files to be opened). System calls come last and are the caller's, so that nothing runs after
 * them but what the filter allows.
 * @throws SandboxError; the process may be restricted in part and must not go on
 */
export function applyRestrictions(
  plan: Plan,
  options: {
    readonly supervised: boolean;
    readonly allThreads?: boolean;
    readonly ownProcessTable?: boolean;
  },
): void {
  const { landlock } = plan;
  const wanted = [
    ...(landlock?.paths ?? []),
    ...(landlock?.system === true ? processTableRules(options.ownProcessTable) : []),
  ];
  const paths = existingRules(wanted);
  applyLimits(plan.limits, options.supervised);
  dropAllCapabilities();
  setNoNewPrivileges();
  if (landlock === undefined) return;
  const { abi, fs, net, scopes, ports } = landlock;
  restrictSelf({
    abi,
    handledFs: fs,
    handledNet: net,
    scopes,
    rules: [...paths, ...ports],
    ...(options.allThreads === true ? { allThreads: true } : {}),
  });
}
