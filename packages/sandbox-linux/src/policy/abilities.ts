import {
  effectiveCapabilities,
  isActionAvailable,
  type Namespace,
  landlockAbi as queryAbi,
} from '@pvf/linux';
import type { CgroupResource } from './cgroup-paths.ts';
import { canMake, tryNamespaces } from './trial.ts';
import type { Policy } from './types.ts';

/** What a plan can build on, here and now. */
export interface Abilities {
  /** 0: no Landlock; `landlockReason` says why. */
  readonly landlockAbi: number;
  readonly landlockReason?: string;
  readonly seccomp: boolean;
  /** Filters can hand violations to a supervisor (SECCOMP_RET_USER_NOTIF, Linux 5.0). */
  readonly notify: boolean;
  /** Namespaces that the process can make, with a user namespace where it needs one. */
  readonly namespaces: readonly Namespace[];
  readonly namespacesReason?: string;
  /** The process has other threads, which Landlock (before ABI 8) and namespaces cannot reach. */
  readonly otherThreads: boolean;
  /** The process has capabilities. */
  readonly privileged: boolean;
  /** It is root outside, whom the kernel exempts from RLIMIT_NPROC. */
  readonly root: boolean;
  /** A cgroup has been made for the sandbox. */
  readonly cgroup?: { readonly by: string; readonly resources: readonly CgroupResource[] };
}

type KernelAbilities = Omit<Abilities, 'namespaces' | 'namespacesReason' | 'otherThreads' | 'cgroup'>;

/** Landlock and seccomp as this process sees them; namespaces have to be tried (see trial.ts). */
export function kernelAbilities(): KernelAbilities {
  const abi = queryAbi();
  return {
    landlockAbi: typeof abi === 'number' ? abi : 0,
    ...(typeof abi === 'string' ? { landlockReason: abi } : {}),
    seccomp: isActionAvailable('kill-process'),
    notify: isActionAvailable('notify'),
    privileged: effectiveCapabilities() !== 0n,
    root: process.getuid?.() === 0,
  };
}

/**
 * Tries what kinds of namespaces a policy could use, if it uses any: in children that end at once, so the process must
 * be forkable.
 */
export function namespaceAbilities(policy: Policy): Pick<Abilities, 'namespaces' | 'namespacesReason'> {
  const { namespaces, network, files, root } = policy;
  if (
    namespaces === undefined &&
    network !== undefined &&
    network.access !== 'none' &&
    files === undefined &&
    root === undefined
  ) {
    return { namespaces: [] };
  }
  // The usual case costs one child: everything that the policy could use, together.
  const wanted: Namespace[] = [
    ...new Set<Namespace>(['user', 'mount', 'net', ...(namespaces?.namespaces ?? [])]),
  ];
  if (canMake(wanted)) return { namespaces: wanted };
  const trials = tryNamespaces();
  const refused = trials.find(({ possible }) => !possible);
  return {
    namespaces: trials.filter(({ possible }) => possible).map(({ namespace }) => namespace),
    ...(refused?.message === undefined ? {} : { namespacesReason: refused.message }),
  };
}
