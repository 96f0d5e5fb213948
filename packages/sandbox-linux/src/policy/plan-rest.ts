import type { Namespace } from '@pvf/linux';
import type { Abilities } from './abilities.ts';
import type { Outcomes } from './outcomes.ts';
import type { PlanTarget } from './plan.ts';
import type { Policy, RootPolicy } from './types.ts';

/** A new root needs the mount namespace. */
export function planRoot(
  policy: Policy,
  namespaces: readonly Namespace[],
  abilities: Abilities,
  outcomes: Outcomes,
): { root?: RootPolicy } {
  const { root } = policy;
  if (root === undefined) return {};
  const possible = namespaces.includes('mount');
  const reason = abilities.namespacesReason ?? 'the mount namespace is not part of the policy';
  outcomes.add('root', root.enforce, possible ? ['pivot_root'] : [], possible ? [] : ['a new root'], reason);
  return possible ? { root } : {};
}

/** Limits that nobody would watch are missing. */
export function planLimits(policy: Policy, target: PlanTarget, outcomes: Outcomes): void {
  const { limits } = policy;
  if (limits === undefined) return;
  const watched = limits.wallMs !== undefined && target === 'this-process';
  const by = target === 'new-process' ? ['rlimits', 'the supervisor'] : ['rlimits'];
  outcomes.add(
    'limits',
    limits.enforce,
    by,
    watched ? ['limits.wallMs'] : [],
    'nobody watches this process; run a new one instead',
  );
}

/** Privileges go in any case. */
export function planPrivileges(policy: Policy, abilities: Abilities, outcomes: Outcomes): void {
  const by = [
    'no_new_privs',
    'no capabilities',
    ...(policy.user === undefined ? [] : [`uid ${policy.user.uid}`]),
  ];
  // setuid reaches every thread through libc, and takes the capabilities with it; capset reaches only its own thread
  const missing =
    abilities.otherThreads && abilities.privileged && policy.user === undefined
      ? ['dropping capabilities']
      : [];
  outcomes.add(
    'privileges',
    'required',
    by,
    missing,
    'the process has other threads, which keep theirs; give a user to become',
  );
}
