import type { Namespace } from '../fork/namespaces.ts';
import {
  FS_ACCESS,
  type FsAccess,
  KNOWN_LANDLOCK_ABI,
  type LandlockScope,
  type NetAccess,
  selectFs,
  selectNet,
  selectScopes,
} from '../landlock/access.ts';
import type { FilterSpec } from '../seccomp/compile.ts';
import type { Abilities } from './abilities.ts';
import { checkPolicy } from './check.ts';
import { fileRules, type PathRule } from './files.ts';
import { networkRules } from './network.ts';
import { Outcomes } from './outcomes.ts';
import { type PortRules, planNetwork } from './plan-network.ts';
import { expandSelectors } from './syscall-groups.ts';
import type { LayerOutcome, LimitPolicy, Policy, RootPolicy } from './types.ts';

/**
 * Who is restricted: this very process; a fork of it, which its parent watches; or a program in a process of its own,
 * which a launcher watches. The latter two can be put into new namespaces.
 */
export type PlanTarget = 'this-process' | 'forked-process' | 'new-process';

/** A policy resolved against what the machine can do; applied step by step. */
export interface Plan {
  readonly namespaces: readonly Namespace[];
  readonly hostName?: string;
  readonly root?: RootPolicy;
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly limits: LimitPolicy;
  readonly landlock?: {
    readonly abi: number;
    readonly fs: readonly FsAccess[];
    readonly net: readonly NetAccess[];
    readonly scopes: readonly LandlockScope[];
    readonly paths: readonly PathRule[];
    /** Parts of /proc are readable too, depending on whose it is. */
    readonly system: boolean;
    readonly ports: readonly { readonly tcpPort: number; readonly access: readonly NetAccess[] }[];
  };
  readonly filter?: FilterSpec;
  readonly outcomes: readonly LayerOutcome[];
}

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
  const outcomes = new Outcomes();
  const landlockAbi = Math.min(abilities.landlockAbi, KNOWN_LANDLOCK_ABI, simulatedAbi ?? KNOWN_LANDLOCK_ABI);
  const landlockReason = landlockProblem(abilities, landlockAbi);
  const abi = landlockReason === undefined ? landlockAbi : 0;
  const namespaces = planNamespaces(policy, abilities, outcomes);
  const network = planNetwork(policy, abilities, abi, namespaces, target, outcomes);
  const landlock = planLandlock(policy, abi, landlockReason, network.ports, outcomes);
  const filter = planFilter(policy, abilities, network.filtered, outcomes);
  planLimits(policy, target, outcomes);
  planPrivileges(policy, abilities, outcomes);
  if (policy.environment !== undefined) outcomes.add('environment', 'required', ['cleared'], []);
  return {
    namespaces: network.namespaces,
    ...(policy.namespaces?.hostName === undefined ? {} : { hostName: policy.namespaces.hostName }),
    ...planRoot(policy, network.namespaces, abilities, outcomes),
    ...(policy.user === undefined ? {} : { user: policy.user }),
    limits: policy.limits ?? {},
    ...(landlock === undefined ? {} : { landlock }),
    ...(filter === undefined ? {} : { filter }),
    outcomes: outcomes.list,
  };
}

function landlockProblem(abilities: Abilities, abi: number): string | undefined {
  if (abi === 0) return abilities.landlockReason ?? 'the kernel has no Landlock';
  if (abilities.otherThreads && abi < 8)
    return 'the process has other threads, which Landlock cannot reach before ABI 8';
  return undefined;
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

function planLandlock(
  policy: Policy,
  abi: number,
  problem: string | undefined,
  ports: PortRules | undefined,
  outcomes: Outcomes,
): Plan['landlock'] {
  const fs = selectFs(policy.files === undefined ? [] : FS_ACCESS, abi);
  const net = selectNet(ports === undefined ? [] : ['bind-tcp', 'connect-tcp'], abi);
  const scopes = selectScopes(policy.scopes?.scopes ?? [], abi);
  const by = abi === 0 ? [] : [`landlock ABI ${abi}`];
  const tooOld = `Landlock ABI ${abi} does not know them`;
  if (policy.files !== undefined) {
    const missing = fs.names.length === 0 ? ['file access'] : fs.missing;
    outcomes.add('files', policy.files.enforce, fs.names.length === 0 ? [] : by, missing, problem ?? tooOld);
  }
  if (policy.scopes !== undefined) {
    outcomes.add(
      'scopes',
      policy.scopes.enforce,
      scopes.names.length === 0 ? [] : by,
      scopes.missing,
      problem ?? tooOld,
    );
  }
  if (fs.mask === 0 && net.mask === 0 && scopes.mask === 0) return undefined;
  const paths = policy.files === undefined ? [] : fileRules(policy.files);
  return {
    abi,
    fs: fs.names,
    net: net.names,
    scopes: scopes.names,
    paths,
    system: policy.files?.system === true,
    ports: ports ?? [],
  };
}

function planFilter(
  policy: Policy,
  abilities: Abilities,
  network: boolean,
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
  if (!abilities.seccomp || (wanted === undefined && !network)) return undefined;
  return {
    deny: [
      ...expandSelectors(wanted?.deny ?? []),
      // last: what passes here must not be shielded from the rules before
      ...(network && policy.network !== undefined ? networkRules(policy.network) : []),
    ],
    ...(wanted?.allow === undefined ? {} : { allow: expandSelectors(wanted.allow) }),
    onViolation: wanted?.onViolation === 'kill' ? 'kill-process' : { errno: 'EPERM' },
  };
}

function planRoot(
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

function planLimits(policy: Policy, target: PlanTarget, outcomes: Outcomes): void {
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

function planPrivileges(policy: Policy, abilities: Abilities, outcomes: Outcomes): void {
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
