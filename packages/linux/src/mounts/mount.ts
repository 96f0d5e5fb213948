import {
  AT_FDCWD,
  AT_RECURSIVE,
  MNT_DETACH,
  MOUNT_ATTR_RDONLY,
  MS_BIND,
  MS_NODEV,
  MS_NOEXEC,
  MS_NOSUID,
  MS_PRIVATE,
  MS_RDONLY,
  MS_REC,
  MS_RELATIME,
  MS_REMOUNT,
  ST_NOATIME,
  ST_NODIRATIME,
  ST_RELATIME,
} from '../sys/constants.ts';
import { failed, lastErrno, sys3, sys6 } from '../sys/libc.ts';
import { cString, reserve } from '../sys/memory.ts';
import { NR } from '../sys/syscalls.ts';

/** mount(2). @throws SandboxError SYSCALL_FAILED */
export function mount(
  source: string,
  target: string,
  options: { readonly type?: string; readonly flags: number; readonly data?: string },
): void {
  const type = options.type === undefined ? 0 : cString(options.type, 2);
  const data = options.data === undefined ? 0 : cString(options.data, 3);
  if (sys6(NR.mount, cString(source, 0), cString(target, 1), type, options.flags, data, 0) !== 0) {
    failed('mount', lastErrno(), target);
  }
}

/** umount2(2). @throws SandboxError SYSCALL_FAILED */
export function unmount(target: string, flags = 0): void {
  if (sys3(NR.umount2, cString(target), flags, 0) !== 0) failed('umount2', lastErrno(), target);
}

/** @throws SandboxError SYSCALL_FAILED */
export function changeDirectory(path: string): void {
  if (sys3(NR.chdir, cString(path), 0, 0) !== 0) failed('chdir', lastErrno(), path);
}

/** Restrictions of a new root's mount. */
export interface RootOptions {
  readonly readOnly?: boolean;
  readonly noSuid?: boolean;
  readonly noDev?: boolean;
  readonly noExec?: boolean;
}

/**
 * Makes `directory` the root of this process's mount namespace and gets rid of the old root: no path leads
 * out, only descriptors that are open already. Needs a mount namespace of its own (`unshare`) and, for
 * an ordinary user, a user namespace with it. `initialise()` first if the process forks later.
 * @throws SandboxError SYSCALL_FAILED
 */
export function pivotRoot(directory: string, options: RootOptions = {}): void {
  mount('none', '/', { flags: MS_REC | MS_PRIVATE });
  mount(directory, directory, { flags: MS_BIND | MS_REC });
  changeDirectory(directory);
  restrict('.', options);
  if (sys3(NR.pivot_root, cString('.', 0), cString('.', 1), 0) !== 0)
    failed('pivot_root', lastErrno(), directory);
  unmount('.', MNT_DETACH);
  changeDirectory('/');
}

// struct statfs: f_flags, whose low four bits are the mount flags of the same names
const statfs = reserve(120);
const STATFS_FLAGS_OFFSET = 80;

/** The flags a mount has already: in a user namespace they are locked and have to be repeated. */
function presentFlags(path: string): number {
  if (sys3(NR.statfs, cString(path), statfs.address, 0) !== 0) failed('statfs', lastErrno(), path);
  const flags = statfs.view.getUint32(STATFS_FLAGS_OFFSET, true);
  return (
    (flags & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | ST_NOATIME | ST_NODIRATIME)) |
    ((flags & ST_RELATIME) !== 0 ? MS_RELATIME : 0)
  );
}

function restrict(path: string, options: RootOptions): void {
  const flags =
    (options.readOnly === true ? MS_RDONLY : 0) |
    (options.noSuid === true ? MS_NOSUID : 0) |
    (options.noDev === true ? MS_NODEV : 0) |
    (options.noExec === true ? MS_NOEXEC : 0);
  if (flags !== 0) mount('none', path, { flags: MS_REMOUNT | MS_BIND | flags | presentFlags(path) });
}

// struct mount_attr: attr_set, attr_clr, propagation, userns_fd
const MOUNT_ATTR_BYTES = 32;
const mountAttributes = reserve(MOUNT_ATTR_BYTES);

/**
 * Makes the mount at `path`, and with `recursive` all below it, read-only or writable (mount_setattr, Linux 5.12). Inside
 * a user namespace what was read-only outside stays so.
 * @throws SandboxError SYSCALL_FAILED
 */
export function setMountWritable(
  path: string,
  writable: boolean,
  options: { readonly recursive?: boolean } = {},
): void {
  mountAttributes.bytes.fill(0);
  mountAttributes.view.setUint32(writable ? 8 : 0, MOUNT_ATTR_RDONLY, true);
  const flags = options.recursive === true ? AT_RECURSIVE : 0;
  if (
    sys6(NR.mount_setattr, AT_FDCWD, cString(path), flags, mountAttributes.address, MOUNT_ATTR_BYTES, 0) !== 0
  ) {
    failed('mount_setattr', lastErrno(), path);
  }
}
