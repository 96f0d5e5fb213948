import { ENOSYS } from './constants.ts';
import { failed } from './libc.ts';
import type { SyscallName } from './syscalls.ts';

/** Calls that would end this process (a seccomp filter around it that kills); forked children inherit the list. */
const avoided = new Set<SyscallName>();

/**
 * Has this package make none of these system calls any more: a filter that surrounds this process, such as that of a
 * service (systemd's SystemCallFilter= without SystemCallErrorNumber=), would end the process for it. What can be done
 * with another call is; what cannot fails with ENOSYS. Known: the calls that `closeAllDescriptorsExcept`,
 * `duplicateTo`, `pidfdOpen`, `dropAllCapabilities`, `effectiveCapabilities`, `setHostName`, `leadProcessGroup`, channels for
 * descriptors, Landlock's rules and ids are made of.
 */
export function avoidSystemCalls(...names: readonly SyscallName[]): void {
  for (const name of names) avoided.add(name);
}

export function isAvoided(name: SyscallName): boolean {
  return avoided.has(name);
}

/** @throws SandboxError SYSCALL_FAILED (ENOSYS) for a call that must not be made */
export function refuseAvoided(name: SyscallName): void {
  if (avoided.has(name))
    failed(name, ENOSYS, undefined, 'a system-call filter around this process ends whoever makes this call');
}
