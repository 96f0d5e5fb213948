import {
  ALL_NAMESPACES,
  type FilterSpec,
  KNOWN_LANDLOCK_ABI,
  type Namespace,
  type SyscallRule,
} from '@pvf/linux';
import type { Abilities } from './abilities.ts';
import { checkPolicy } from './check.ts';
import { Outcomes } from './layer-outcomes.ts';
import { listenRule, networkRules } from './network.ts';
import { planLandlock, planView, refusesMetadata } from './plan-files.ts';
import { planNetwork } from './plan-network.ts';
import { planLimits, planPrivileges, planRoot, uncountableMemory } from './plan-rest.ts';
import type { Plan, PlanTarget } from './plan-types.ts';
import { expandSelectors } from './syscall-groups.ts';
import type { Policy } from './types.ts';

export type { Listening, Plan, PlanTarget } from './plan-types.ts';

/**
 * Decides how each layer of a policy is enforced with what the machine has.
 * @param simulatedAbi an older Landlock ABI to behave as
 * @throws SandboxError LAYER_UNAVAILABLE naming the first required layer that cannot be enforced, INVALID_ARGUMENT
 */
export function planPolicy(
  policy: Policy,
  abilities: Abilities,
  target: PlanTarget,
  simulatedAbi?: number,
): Plan {
  checkPolicy(policy);
  return plan(closedByDefault(policy, target), abilities, target, simulatedAbi);
}

/** Nobody who runs a program in a sandbox expects it to have the network unless it was given. */
function closedByDefault(policy: Policy, target: PlanTarget): Policy {
  if (policy.network?.access === 'host') {
    const { network: _, ...rest } = policy;
    return rest;
  }
  if (policy.network !== undefined || target === 'this-process') return policy;
  const layers = [
    policy.files,
    policy.scopes,
    policy.syscalls,
    policy.namespaces,
    policy.root,
    policy.limits,
  ];
  const given = layers.filter((layer) => layer !== undefined);
  const loose = given.length > 0 && given.every(({ enforce }) => enforce === 'best-effort');
  return { ...policy, network: { access: 'none', ...(loose ? { enforce: 'best-effort' } : {}) } };
}

function plan(policy: Policy, abilities: Abilities, target: PlanTarget, simulatedAbi?: number): Plan {
  const outcomes = new Outcomes();
  const landlockAbi = Math.min(abilities.landlockAbi, KNOWN_LANDLOCK_ABI, simulatedAbi ?? KNOWN_LANDLOCK_ABI);
  // what it can do for threads does not depend on the rights that this package knows
  const threadsAbi = Math.min(abilities.landlockAbi, simulatedAbi ?? abilities.landlockAbi);
  const landlockReason = landlockProblem(abilities, threadsAbi);
  const abi = landlockReason === undefined ? landlockAbi : 0;
  const named = planNamespaces(policy, abilities, outcomes);
  const network = planNetwork(policy, abilities, abi, named, target, outcomes, landlockReason);
  const namespaces = allNamespaces(named, network.ownNamespace, policy, abilities, target);
  const view = planView(policy, target, namespaces, abi);
  const readOnlyMounts =
    policy.files !== undefined && abi > 0 && namespaces.includes('mount') && policy.root === undefined;
  const landlock = planLandlock(
    policy,
    abilities,
    { abi, problem: landlockReason, ports: network.ports, readOnlyMounts, view },
    outcomes,
  );
  const filter = planFilter(
    policy,
    abilities,
    network.filtered,
    refusesMetadata(policy, readOnlyMounts),
    uncountableMemory(policy, target, abilities, namespaces),
    outcomes,
  );
  planLimits(policy, target, abilities, namespaces, outcomes);
  planPrivileges(policy, abilities, outcomes);
  if (policy.environment !== undefined) outcomes.add('environment', 'required', ['cleared'], []);
  return {
    namespaces,
    readOnlyMounts,
    ...(policy.namespaces?.hostName === undefined ? {} : { hostName: policy.namespaces.hostName }),
    ...planRoot(policy, namespaces, abilities, outcomes),
    ...(policy.user === undefined ? {} : { user: policy.user }),
    limits: policy.limits ?? {},
    ...(landlock === undefined ? {} : { landlock }),
    ...(view === undefined ? {} : { view }),
    ...(filter === undefined ? {} : { filter }),
    ...(filter === undefined || listenRule(policy.network) !== 'judged'
      ? {}
      : {
          listening: {
            ports: policy.network?.bindTcp ?? [],
            unixSockets: policy.network?.unixSockets === true,
          },
        }),
    outcomes: outcomes.list,
  };
}

function landlockProblem(abilities: Abilities, abi: number): string | undefined {
  if (abi === 0) return abilities.landlockReason ?? 'the kernel has no Landlock';
  if (abilities.otherThreads && abi < 8)
    return 'the process has other threads, and Landlock before ABI 8 (Linux 7.0) restricts one thread at a time; restrictThisProcess with { restart: true } or spawnSandboxed starts the program under it';
  return undefined;
}

/**
 * The namespaces that the layers use beside those that are named: `net` for no network, `mount` for read-only mounts
 * (a fork gets it only by name, because it costs time), and `user`, which the others need or are safer in.
 */
function allNamespaces(
  named: readonly Namespace[],
  net: boolean,
  policy: Policy,
  { namespaces: possible }: Abilities,
  target: PlanTarget,
): Namespace[] {
  const all = new Set(named);
  if (net) all.add('net');
  if (policy.files !== undefined && target === 'new-process' && possible.includes('mount')) all.add('mount');
  if (all.size > 0 && possible.includes('user')) all.add('user');
  return ALL_NAMESPACES.filter((name) => all.has(name));
}

function planNamespaces(policy: Policy, abilities: Abilities, outcomes: Outcomes): Namespace[] {
  const wanted = policy.namespaces;
  if (wanted === undefined) return [];
  const made = wanted.namespaces.filter((name) => abilities.namespaces.includes(name));
  const missing = wanted.namespaces.filter((name) => !made.includes(name));
  const by = made.length === 0 ? [] : [`new ${made.join(', ')} namespaces`];
  outcomes.add(
    'namespaces',
    wanted.enforce,
    by,
    missing.map((name) => `${name} namespace`),
    abilities.namespacesReason,
  );
  return made;
}

function planFilter(
  policy: Policy,
  abilities: Abilities,
  network: boolean,
  metadata: boolean,
  memory: readonly SyscallRule[],
  outcomes: Outcomes,
): FilterSpec | undefined {
  const wanted = policy.syscalls;
  if (wanted !== undefined) {
    const reason = 'the kernel has no seccomp filters (CONFIG_SECCOMP_FILTER)';
    outcomes.add(
      'syscalls',
      wanted.enforce,
      abilities.seccomp ? ['seccomp'] : [],
      abilities.seccomp ? [] : ['system calls'],
      reason,
    );
  }
  if (!abilities.seccomp || (wanted === undefined && !network && !metadata && memory.length === 0))
    return undefined;
  return {
    deny: [
      ...memory,
      ...expandSelectors([...(wanted?.deny ?? []), ...(metadata ? (['@metadata'] as const) : [])]),
      // last: what passes here must not be shielded from the rules before
      ...(network && policy.network !== undefined ? networkRules(policy.network) : []),
    ],
    ...(wanted?.allow === undefined ? {} : { allow: expandSelectors(wanted.allow) }),
    onViolation: wanted?.onViolation === 'kill' ? 'kill-process' : { errno: 'EPERM' },
  };
}
