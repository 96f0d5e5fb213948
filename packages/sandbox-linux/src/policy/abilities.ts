import type { Namespace } from '../fork/namespaces.ts';
import { queryAbi } from '../landlock/ruleset.ts';
import { isActionAvailable } from '../seccomp/install.ts';

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
}

/** Landlock and seccomp as this process sees them; namespaces have to be tried (see trial.ts). */
export function kernelAbilities(): Omit<Abilities, 'namespaces' | 'otherThreads'> {
  const abi = queryAbi();
  return {
    landlockAbi: typeof abi === 'number' ? abi : 0,
    ...(typeof abi === 'string' ? { landlockReason: abi } : {}),
    seccomp: isActionAvailable('kill-process'),
    notify: isActionAvailable('notify'),
  };
}
