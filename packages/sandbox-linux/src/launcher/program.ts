import {
  changeDirectory,
  installFilter,
  installSupervisedFilter,
  SandboxError,
  setParentDeathSignal,
} from '@pvf/linux';
import { ENOENT, SIGKILL } from '@pvf/linux/constants';
import { applyRestrictions } from '../policy/apply.ts';
import type { Plan } from '../policy/plan.ts';
import type { SandboxCgroup } from './cgroup.ts';
import { buildExecImage, execute, findProgram } from './exec.ts';
import type { ProgramFilters } from './filters.ts';
import type { SharedState } from './shared-state.ts';
import { resetSignals } from './signals.ts';

export interface ProgramOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly plan: Plan;
  readonly filters: ProgramFilters;
  readonly shared: SharedState;
  /** /proc shows the sandbox's processes only. */
  readonly ownProcessTable: boolean;
  readonly cgroup?: SandboxCgroup;
}

/** Exit statuses as shells use them. */
const CANNOT_EXECUTE = 126;
const NOT_FOUND = 127;

/**
 * Turns this process, init's child, into the program: restrictions, filter, execve. From the filter on only the shared
 * state tells what goes wrong.
 */
export function becomeProgram(options: ProgramOptions): number {
  const { plan, filters, shared, env } = options;
  setParentDeathSignal(SIGKILL);
  resetSignals();
  changeDirectory(options.cwd);
  const path = findProgram(options.program, env.PATH);
  if (path === undefined) {
    shared.execErrno = ENOENT;
    return NOT_FOUND;
  }
  const image = buildExecImage(path, [options.program, ...options.args], env);
  options.cgroup?.join();
  applyRestrictions(plan, { supervised: true, ownProcessTable: options.ownProcessTable });
  install(filters, shared);
  shared.executing = true;
  const errno = execute(image);
  shared.execErrno = errno;
  return errno === ENOENT ? NOT_FOUND : CANNOT_EXECUTE;
}

function install(filters: ProgramFilters, shared: SharedState): void {
  if (filters.supervised !== undefined) {
    try {
      shared.listener = installSupervisedFilter(filters.supervised);
      return;
    } catch (error) {
      // an old kernel, or inside another supervised sandbox; whatever it is meets the plain filter as well
      if (!(error instanceof SandboxError)) throw error;
    }
  }
  // the same decisions, but nobody learns of them
  shared.unsupervised = true;
  if (filters.unsupervised !== undefined) installFilter(filters.unsupervised);
}
