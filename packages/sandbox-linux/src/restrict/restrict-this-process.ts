import { compileFilter, installFilter, SandboxError, threadIds, unshare } from '@pvf/linux';
import { setUpNamespaces } from '../launcher/own-namespaces.ts';
import { kernelAbilities, namespaceAbilities } from '../policy/abilities.ts';
import { applyRestrictions } from '../policy/apply.ts';
import { planPolicy } from '../policy/plan.ts';
import type { LayerOutcome, Policy } from '../policy/types.ts';
import { environmentOf } from '../spawn/environment.ts';
import { breaksEventLoop, restart, restartedOutcomes } from './restart.ts';

/** How a policy is applied to this process. */
export interface RestrictOptions {
  /** Behave as a kernel with this older Landlock ABI would make us. */
  readonly landlockAbi?: number;
  /**
   * The program starts anew under the policy (same pid, by execve), and this call returns in the new one: so Landlock,
   * root's capabilities and a filter without io_uring reach all of an ordinary Node, whose threads and event loop have
   * to be there before its program. What ran before the call runs twice. Descriptors but 0, 1 and 2 are closed.
   */
  readonly restart?: boolean;
}

/**
 * Restricts this process for good. Call it at the start, when everything that the program needs is loaded or within the
 * policy. In an ordinary Node, limits, `user`, no_new_privs and system calls reach all threads (no_new_privs with a
 * filter only). Landlock (before Linux 7.0) and root's capabilities reach one thread, and a filter that refuses
 * io_uring would have libuv abort the process: `restart` is the way there. Namespaces need a process with one thread:
 * start Node with `--single-threaded --v8-pool-size=0 --disable-sigusr1` and call `endSiblingThreads` first, or run the
 * program with `spawnSandboxed`. A new pid namespace is for the children that are started afterwards.
 * @returns what became of each layer
 * @throws SandboxError LAYER_UNAVAILABLE (before anything was changed), or another one while changing: then the process
 * is restricted in part and should end
 */
export function restrictThisProcess(policy: Policy, options: RestrictOptions = {}): readonly LayerOutcome[] {
  const restarted = restartedOutcomes();
  if (options.restart === true && restarted !== undefined) return restarted;
  const restarts = options.restart === true;
  const otherThreads = threadIds().length > 1;
  const namespaces = otherThreads
    ? { namespaces: [], namespacesReason: 'the process has other threads' }
    : namespaceAbilities(policy);
  // a restart leaves the thread that is restricted, and starts the others from it
  const abilities = { ...kernelAbilities(), ...namespaces, otherThreads: otherThreads && !restarts };
  const plan = planPolicy(policy, abilities, 'this-process', options.landlockAbi);
  // without other threads there is no event loop that could run on
  if (!restarts && otherThreads && breaksEventLoop(plan.filter)) refuseBreaking();
  const filter = plan.filter === undefined ? undefined : compileFilter(plan.filter);
  const ids = {
    uid: plan.user?.uid ?? process.getuid?.() ?? 0,
    gid: plan.user?.gid ?? process.getgid?.() ?? 0,
  };
  if (plan.user !== undefined) {
    process.setgroups?.([]);
    process.setgid?.(ids.gid);
    process.setuid?.(ids.uid);
  }
  if (plan.namespaces.length > 0) {
    unshare(...plan.namespaces);
    // the process table of a new pid namespace can be mounted by its members only, and this process is none
    setUpNamespaces({ ...plan, namespaces: plan.namespaces.filter((name) => name !== 'pid') }, ids);
  }
  if (restarts)
    restart(
      plan,
      policy.environment === undefined ? environmentOf({ pass: 'all' }) : environmentOf(policy.environment),
    );
  if (policy.environment !== undefined) replaceEnvironment(environmentOf(policy.environment));
  applyRestrictions(plan, { supervised: false, allThreads: otherThreads });
  if (filter !== undefined) installFilter(filter, { allThreads: otherThreads });
  return plan.outcomes;
}

function refuseBreaking(): never {
  const reason =
    'the event loop of this Node uses io_uring, whose calls pass every filter, and libuv aborts the process when it is refused; pass { restart: true } to start the program anew under the policy, or run it with spawnSandboxed';
  throw new SandboxError('LAYER_UNAVAILABLE', { layer: 'syscalls', reason }, `syscalls: ${reason}`);
}

function replaceEnvironment(env: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env)) if (!Object.hasOwn(env, name)) delete process.env[name];
  Object.assign(process.env, env);
}
