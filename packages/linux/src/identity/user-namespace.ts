import { NAMESPACES_FORBIDDEN } from '../fork/fork.ts';
import { type Namespace, namespaceFlags } from '../fork/namespaces.ts';
import { writeSmallFile } from '../io/files.ts';
import { EINVAL, ENOSPC, EPERM } from '../sys/constants.ts';
import { failed, lastErrno, sys3 } from '../sys/libc.ts';
import { cString } from '../sys/memory.ts';
import { NR } from '../sys/syscalls.ts';

const REMEDIES: Readonly<Record<number, string>> = {
  [EPERM]: `${NAMESPACES_FORBIDDEN}, or a user namespace is needed first`,
  [EINVAL]: 'the process has other threads; see endSiblingThreads',
  [ENOSPC]: 'the limit of namespaces is reached (user.max_*_namespaces)',
};

/**
 * Moves this process into new namespaces; `pid` takes effect for its children. `user` and `mount` need a
 * single-threaded process.
 * @throws SandboxError SYSCALL_FAILED, with the remedy
 */
export function unshare(...namespaces: readonly Namespace[]): void {
  if (sys3(NR.unshare, namespaceFlags(namespaces), 0, 0) === 0) return;
  const errno = lastErrno();
  failed('unshare', errno, namespaces.join(', '), REMEDIES[errno]);
}

/** An id inside, and the one outside that it stands for. */
export interface MappedId {
  readonly inside: number;
  readonly outside: number;
}

/** Which ids this process (or `pid`) has in its user namespace, and which of the parent's they are. */
export interface IdMap {
  readonly uid: MappedId | readonly MappedId[];
  readonly gid: MappedId | readonly MappedId[];
  /** Whose maps: a pid, or this process. */
  readonly pid?: number;
  /** A kept /proc directory, where /proc itself is gone. */
  readonly procFd?: number;
}

/**
 * Writes the uid and gid maps of a new user namespace, setgroups denied. Read the outside ids (`process.getuid()`)
 * before `unshare`. More than the writer's own ids can be mapped only from outside, by a process that has CAP_SETUID,
 * CAP_SETGID and, for root's, CAP_SETFCAP there.
 * @throws SandboxError SYSCALL_FAILED (EPERM: written before, or the process is not dumpable)
 */
export function writeIdMap(map: IdMap): void {
  const base = `${map.procFd === undefined ? '/proc/' : ''}${map.pid ?? 'self'}`;
  writeSmallFile(`${base}/setgroups`, 'deny', map.procFd);
  writeSmallFile(`${base}/uid_map`, linesOf(map.uid), map.procFd);
  writeSmallFile(`${base}/gid_map`, linesOf(map.gid), map.procFd);
}

const linesOf = (ids: MappedId | readonly MappedId[]): string =>
  [ids]
    .flat()
    .map(({ inside, outside }) => `${inside} ${outside} 1\n`)
    .join('');

/** Names the machine, as seen in this uts namespace. @throws SandboxError SYSCALL_FAILED */
export function setHostName(name: string): void {
  if (sys3(NR.sethostname, cString(name), Buffer.byteLength(name), 0) !== 0)
    failed('sethostname', lastErrno());
}

/** Names the NIS domain of this uts namespace. @throws SandboxError SYSCALL_FAILED */
export function setDomainName(name: string): void {
  if (sys3(NR.setdomainname, cString(name), Buffer.byteLength(name), 0) !== 0)
    failed('setdomainname', lastErrno());
}
