import { invalidArgument } from '../error.ts';
import {
  EINVAL,
  F_ADD_SEALS,
  F_GET_SEALS,
  F_SEAL_EXEC,
  F_SEAL_FUTURE_WRITE,
  F_SEAL_GROW,
  F_SEAL_SEAL,
  F_SEAL_SHRINK,
  F_SEAL_WRITE,
  MAP_SHARED,
  MFD_ALLOW_SEALING,
  MFD_CLOEXEC,
  MFD_NOEXEC_SEAL,
  O_RDONLY,
  PROT_READ,
  PROT_WRITE,
} from '../sys/constants.ts';
import { failed, lastErrno, sys3, sys6, viewOf } from '../sys/libc.ts';
import { cString } from '../sys/memory.ts';
import { NR } from '../sys/syscalls.ts';
import { open } from './files.ts';

const SEALS = {
  seal: F_SEAL_SEAL,
  shrink: F_SEAL_SHRINK,
  grow: F_SEAL_GROW,
  write: F_SEAL_WRITE,
  'future-write': F_SEAL_FUTURE_WRITE,
  exec: F_SEAL_EXEC,
} as const;

/** What a seal forbids from then on, to everyone; names as in memfd_create(2). */
export type Seal = keyof typeof SEALS;

/** Memory of a file, mapped into this process until {@link unmapMemory}. */
export interface MappedMemory {
  readonly address: number;
  /** Over the mapping itself: writing to a read-only one, or any use after unmapping, ends the process. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Anonymous memory with a descriptor, sealable and never executable where the kernel knows that
 * (Linux 6.3). Closes on exec unless `inherit`.
 * @param size bytes
 * @throws SandboxError SYSCALL_FAILED
 */
export function createMemfd(name: string, size: number, options: { inherit?: boolean } = {}): number {
  const flags = MFD_ALLOW_SEALING | (options.inherit === true ? 0 : MFD_CLOEXEC);
  const path = cString(name);
  let fd = sys3(NR.memfd_create, path, flags | MFD_NOEXEC_SEAL, 0);
  if (fd < 0 && lastErrno() === EINVAL) fd = sys3(NR.memfd_create, path, flags, 0);
  if (fd < 0) failed('memfd_create', lastErrno(), name);
  resizeFile(fd, size);
  return fd;
}

/** @param size bytes. @throws SandboxError SYSCALL_FAILED (EPERM: sealed) */
export function resizeFile(fd: number, size: number): void {
  if (sys3(NR.ftruncate, fd, size, 0) !== 0) failed('ftruncate', lastErrno());
}

/** @throws SandboxError SYSCALL_FAILED (EPERM: sealed against it; EBUSY: `write` while mapped writable) */
export function sealMemfd(fd: number, ...seals: readonly Seal[]): void {
  let mask = 0;
  for (const seal of seals) mask |= SEALS[seal];
  if (sys3(NR.fcntl, fd, F_ADD_SEALS, mask) !== 0) failed('fcntl', lastErrno(), `seals ${seals.join(', ')}`);
}

/** The seals a memfd has. @throws SandboxError SYSCALL_FAILED (EINVAL: not a memfd) */
export function sealsOf(fd: number): Seal[] {
  const mask = sys3(NR.fcntl, fd, F_GET_SEALS, 0);
  if (mask < 0) failed('fcntl', lastErrno());
  return (Object.keys(SEALS) as Seal[]).filter((seal) => (mask & SEALS[seal]) !== 0);
}

/**
 * A second descriptor of the same memory through which it can be read only: a writable shared mapping
 * of it is refused. Needs /proc.
 * @throws SandboxError SYSCALL_FAILED
 */
export function reopenReadOnly(fd: number): number {
  return open(`/proc/self/fd/${fd}`, O_RDONLY);
}

/**
 * Maps a file's first `length` bytes, shared.
 * @throws SandboxError SYSCALL_FAILED (EACCES or EPERM: writable mapping of read-only or sealed memory)
 */
export function mapMemory(fd: number, length: number, access: 'read' | 'read-write'): MappedMemory {
  const address = mapFile(fd, length, access);
  return { address, bytes: new Uint8Array(viewOf(address, length)) };
}

/** Like {@link mapMemory}, without a view: it may reach beyond the file's end. @returns the address */
export function mapFile(fd: number, length: number, access: 'read' | 'read-write'): number {
  if (!(length > 0)) invalidArgument('length', length, 'a mapping has at least one byte');
  const protection = access === 'read' ? PROT_READ : PROT_READ | PROT_WRITE;
  const address = sys6(NR.mmap, 0, length, protection, MAP_SHARED, fd, 0);
  if (address === -1) failed('mmap', lastErrno(), access);
  return address;
}

/** Removes a mapping; its `bytes` must not be touched afterwards. */
export function unmapMemory(memory: MappedMemory): void {
  if (sys3(NR.munmap, memory.address, memory.bytes.length, 0) !== 0) failed('munmap', lastErrno());
}
