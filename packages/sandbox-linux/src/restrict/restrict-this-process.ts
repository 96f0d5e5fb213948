import { compileFilter, installFilter, threadIds, unshare } from '@pvf/linux';
import { setUpSurroundings } from '../launcher/surroundings.ts';
import { kernelAbilities, namespaceAbilities } from '../policy/abilities.ts';
import { applyRestrictions } from '../policy/apply.ts';
import { planPolicy } from '../policy/plan.ts';
import type { LayerOutcome, Policy } from '../policy/types.ts';
import { environmentOf } from '../spawn/environment.ts';

export interface RestrictOptions {
  /** Behave as a kernel with this older Landlock ABI would make us. */
  readonly landlockAbi?: number;
}

/**
 * Restricts this process for good. Call it at the start, when everything that the program needs is loaded or within the
 * policy. Limits, `user`, no_new_privs and system calls reach all threads of an ordinary Node (no_new_privs with a
 * filter only). Landlock (before Linux 7.0), namespaces and root's capabilities need a process with one thread: start
 * Node with `--single-threaded --v8-pool-size=0 --disable-sigusr1` and call `endSiblingThreads` first, or run the
 * program with `spawnSandboxed`. A new pid namespace is for the children that are started afterwards.
 * @returns what became of each layer
 * @throws SandboxError LAYER_UNAVAILABLE (before anything was changed), or another one while changing: then the process
 * is restricted in part and should end
 */
export function restrictThisProcess(policy: Policy, options: RestrictOptions = {}): readonly LayerOutcome[] {
  const otherThreads = threadIds().length > 1;
  const namespaces = otherThreads
    ? { namespaces: [], namespacesReason: 'the process has other threads' }
    : namespaceAbilities(policy);
  const abilities = { ...kernelAbilities(), ...namespaces, otherThreads };
  const plan = planPolicy(policy, abilities, 'this-process', options.landlockAbi);
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
    setUpSurroundings({ ...plan, namespaces: plan.namespaces.filter((name) => name !== 'pid') }, ids);
  }
  if (policy.environment !== undefined) replaceEnvironment(environmentOf(policy.environment));
  applyRestrictions(plan, { supervised: false, allThreads: otherThreads });
  if (filter !== undefined) installFilter(filter, { allThreads: otherThreads });
  return plan.outcomes;
}

function replaceEnvironment(env: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env)) if (!Object.hasOwn(env, name)) delete process.env[name];
  Object.assign(process.env, env);
}
