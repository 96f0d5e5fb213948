import { containerKind, isFiltered, kernelFile } from './container.ts';

const CONTAINER =
  'docker run --security-opt seccomp=unconfined (or a profile that allows clone, unshare, mount and pivot_root), ' +
  'podman likewise; Kubernetes: securityContext.seccompProfile; systemd: RestrictNamespaces=no and no SystemCallFilter= over them';

/** Why namespaces cannot be made, and what helps. */
export function namespaceProblem(
  kind: string,
  errno: string,
): { readonly reason: string; readonly remedy: string } {
  const file = kind === 'mount' ? 'mnt' : kind;
  if (kernelFile('/proc/sys/user/max_user_namespaces') === '0') {
    return { reason: 'user.max_user_namespaces is 0', remedy: 'sysctl -w user.max_user_namespaces=15000' };
  }
  if (kernelFile(`/proc/sys/user/max_${file}_namespaces`) === '0') {
    return {
      reason: `user.max_${file}_namespaces is 0`,
      remedy: `sysctl -w user.max_${file}_namespaces=15000`,
    };
  }
  if (kernelFile('/proc/sys/kernel/unprivileged_userns_clone') === '0') {
    return {
      reason: 'kernel.unprivileged_userns_clone is 0',
      remedy: 'sysctl -w kernel.unprivileged_userns_clone=1',
    };
  }
  if (kernelFile('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1') {
    return {
      reason: 'AppArmor restricts user namespaces of unprivileged programs',
      remedy:
        'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or an AppArmor profile for this Node with the rule `userns,`',
    };
  }
  if (errno === 'ENOSPC')
    return {
      reason: 'the limit of namespaces is reached',
      remedy: `sysctl -w user.max_${file}_namespaces=…`,
    };
  if (errno === 'EINVAL')
    return { reason: `the kernel has no ${kind} namespaces`, remedy: 'a kernel with CONFIG_NAMESPACES' };
  if (isFiltered() || containerKind() !== undefined) {
    return { reason: `refused with ${errno} by the seccomp filter around this process`, remedy: CONTAINER };
  }
  return { reason: `refused with ${errno}`, remedy: CONTAINER };
}

/** Why there is no Landlock, and what helps. */
export function landlockProblem(errno: string): { readonly reason: string; readonly remedy: string } {
  if (errno === 'EOPNOTSUPP') {
    return {
      reason: 'built in, but not enabled at boot',
      remedy: 'add landlock to the kernel parameter lsm= (see /sys/kernel/security/lsm)',
    };
  }
  if (errno === 'EPERM' || isFiltered()) {
    return {
      reason: `refused with ${errno} by the seccomp filter around this process`,
      remedy:
        'docker or podman newer than 2022, or a profile that allows landlock_create_ruleset, landlock_add_rule and landlock_restrict_self',
    };
  }
  return {
    reason: 'the kernel does not know it',
    remedy: 'Linux 5.13 or newer with CONFIG_SECURITY_LANDLOCK',
  };
}

const SECCOMP_ALLOWED =
  'docker run --security-opt seccomp=unconfined (or a profile that allows seccomp), podman likewise; ' +
  'Kubernetes: securityContext.seccompProfile; systemd: no SystemCallFilter= over it';

/** What helps where no filter can be installed. */
export const seccompRemedy = (): string =>
  isFiltered() ? SECCOMP_ALLOWED : 'a kernel with CONFIG_SECCOMP_FILTER';

/** Why refused calls get no names, and what helps. */
export function notifyProblem(): { readonly reason: string; readonly remedy: string } {
  return isFiltered()
    ? { reason: 'refused by the seccomp filter around this process', remedy: SECCOMP_ALLOWED }
    : {
        reason: 'the kernel does not know it',
        remedy: 'Linux 5.0 or newer; refused calls then get their names',
      };
}

export const REMEDIES = {
  pidfd: 'Linux 5.3 or newer',
  pivotRoot: `a process that is not in a chroot; ${CONTAINER}`,
  processTable:
    'docker run --security-opt systempaths=unconfined, Kubernetes: securityContext.procMount: Unmasked; without it the old /proc stays visible',
  cgroup:
    'systemd: Delegate=yes and DelegateSubgroup=main on the service (the group that limits may have no processes of its own), or a cgroup of its own below a delegated one; memory and CPU are limited by measuring instead',
  fork: 'Node 20 to 24 on x64 or arm64',
} as const;
