import type { Namespace, SyscallName, SyscallRule } from '@pvf/linux';
import type { Abilities } from './abilities.ts';
import type { CgroupResource } from './cgroup-paths.ts';
import type { Outcomes } from './layer-outcomes.ts';
import type { PlanTarget } from './plan-types.ts';
import type { LimitPolicy, Policy, RootPolicy } from './types.ts';

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

const OWN_MEASURE: readonly string[] = ['limits.cpuMs', 'limits.memoryBytes'];

/** Limits that nobody would watch are missing; what is only measured says what gets past. */
export function planLimits(
  policy: Policy,
  target: PlanTarget,
  abilities: Abilities,
  namespaces: readonly Namespace[],
  outcomes: Outcomes,
): void {
  const { limits } = policy;
  if (limits === undefined) return;
  const watched = limits.wallMs !== undefined && target === 'this-process';
  const by = [
    'rlimits',
    ...(target === 'new-process' ? ['the supervisor'] : []),
    ...(abilities.cgroup === undefined ? [] : [abilities.cgroup.by]),
  ];
  outcomes.add(
    'limits',
    limits.enforce,
    by,
    watched ? ['limits.wallMs'] : [],
    'nobody watches this process; run a new one instead',
    passesLimits(policy, target, abilities, namespaces),
  );
}

function passesLimits(
  { limits = {}, user }: Policy,
  target: PlanTarget,
  { cgroup, root, seccomp }: Abilities,
  namespaces: readonly Namespace[],
): string[] {
  const measured = (name: CgroupResource): boolean => cgroup?.resources.includes(name) !== true;
  const passes: string[] = [];
  const each = OWN_MEASURE.filter(
    (name) => limits[name.slice('limits.'.length) as keyof LimitPolicy] !== undefined,
  );
  if (target !== 'new-process' && each.length > 0)
    passes.push(`${each.join(' and ')} bound each process by itself (rlimits), and no shared memory`);
  if (target === 'new-process' && limits.cpuMs !== undefined && measured('cpu'))
    passes.push('CPU time of processes that end between two measurements while nobody waits for them');
  if (target === 'new-process' && limits.memoryBytes !== undefined && measured('memory')) {
    passes.push(
      'memory in files of tmpfs below write paths, in shared memory that is no longer mapped, in buffers of pipes and sockets, in messages and semaphores of System V, in what the kernel keeps of threads, mappings, locks and open files, and what is faster than a measurement (every 20 ms, after a pause up to 320 ms)',
    );
    if (!seccomp) passes.push('memory in memfd files');
    if (!seccomp && !namespaces.includes('ipc')) passes.push('memory in System V segments');
  }
  if (target === 'new-process' && limits.memoryBytes !== undefined && !seccomp)
    passes.push('memory in huge pages, if the machine has set any aside');
  if (limits.processes !== undefined && measured('processes') && root && user === undefined)
    passes.push('limits.processes does not bind root');
  return passes;
}

// linux/mman.h, linux/memfd.h, linux/shm.h
const MAP_HUGETLB = 0x4_0000;
const MFD_HUGETLB = 0x4;
const SHM_HUGETLB = 0o4000;
/** Pages that a machine sets aside are in no cgroup's books and in no process's resident set; it is as if there were none. */
const HUGE_PAGES: readonly SyscallRule[] = (
  [
    ['mmap', 3, MAP_HUGETLB],
    ['memfd_create', 1, MFD_HUGETLB],
    ['shmget', 2, SHM_HUGETLB],
  ] as const
).map(([name, index, value]) => ({
  name,
  args: [{ index, op: 'any-bits', value, width: 32 }],
  action: { errno: 'ENOMEM' },
}));

/**
 * While memory is limited, what would not be counted is refused: huge pages, and where it is measured, what would hold it
 * without being mapped; System V segments can be counted in an IPC namespace of one's own.
 */
export function uncountableMemory(
  { limits }: Policy,
  target: PlanTarget,
  { cgroup }: Abilities,
  namespaces: readonly Namespace[],
): SyscallRule[] {
  if (limits?.memoryBytes === undefined || target !== 'new-process') return [];
  if (cgroup?.resources.includes('memory') === true) return [...HUGE_PAGES];
  const names = ['memfd_create', 'memfd_secret', ...(namespaces.includes('ipc') ? [] : ['shmget'])] as const;
  return [
    ...names.map((name) => ({ name: name as SyscallName, action: { errno: 'ENOSYS' } }) as const),
    ...HUGE_PAGES,
  ];
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
    'the process has other threads, which keep theirs; give a user to become, or restart (restrictThisProcess with { restart: true })',
  );
}
