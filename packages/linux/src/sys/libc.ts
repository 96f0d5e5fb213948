import os from 'node:os';
import koffi from 'koffi';
import { SandboxError } from '../error.ts';
import { isSyscallName, type SyscallName, syscallNumber } from './syscalls.ts';

/**
 * The one door to the kernel: libc's `syscall`, in shapes that cost as little as the FFI allows
 * (fewer declared arguments are cheaper; numbers are cheaper than bigints, and a user-space address
 * fits a number). libc is taken from the running program, so glibc and musl both work.
 */
type Sys3 = (nr: number, a: number, b: number, c: number) => number;
type Sys6 = (nr: number, a: number, b: number, c: number, d: number, e: number, f: number) => number;
type SysBuffer = (nr: number, a: number, buffer: Uint8Array, length: number, d: number) => number;

interface Libc {
  sys3: Sys3;
  sys6: Sys6;
  sysBuffer: SysBuffer;
  sigaction: (signal: number, action: Uint8Array, old: null) => number;
  syscallAddress: number;
  pageBytes: number;
}

function unsupported(): never {
  throw new SandboxError(
    'UNSUPPORTED_PLATFORM',
    { platform: process.platform },
    `@pvf/linux cannot work on ${process.platform}: it needs Linux on x64 or arm64`,
  );
}

function load(): Libc {
  if (process.platform !== 'linux') {
    return {
      sys3: unsupported,
      sys6: unsupported,
      sysBuffer: unsupported,
      sigaction: unsupported,
      syscallAddress: 0,
      pageBytes: 4096,
    };
  }
  const self = koffi.load(null);
  const dlsym = self.func('dlsym', 'void *', ['void *', 'str']) as (handle: null, name: string) => unknown;
  return {
    sys3: self.func('syscall', 'long', ['long', 'long', 'long', 'long']) as Sys3,
    sys6: self.func('syscall', 'long', ['long', 'long', 'long', 'long', 'long', 'long', 'long']) as Sys6,
    sysBuffer: self.func('syscall', 'long', ['long', 'long', 'void *', 'long', 'long']) as SysBuffer,
    sigaction: self.func('sigaction', 'int', ['int', 'void *', 'void *']) as Libc['sigaction'],
    syscallAddress: Number(koffi.address(dlsym(null, 'syscall'))),
    pageBytes: (self.func('getpagesize', 'int', []) as () => number)(),
  };
}

const libc = load();

/** A raw system call with up to three arguments; -1 on failure, see {@link lastErrno}. */
export let sys3 = libc.sys3;
/** A raw system call with up to six arguments; -1 on failure, see {@link lastErrno}. */
export let sys6 = libc.sys6;
/** A raw system call whose second argument points into `buffer`. */
export let sysBuffer = libc.sysBuffer;

/** Calls that would end this process; forked children inherit the list. */
const avoided = new Set<number>();

/**
 * Has this package make none of these system calls any more: a filter that surrounds this process, such as that of a
 * service (systemd's SystemCallFilter= without SystemCallErrorNumber=), would end the process for it. They fail with
 * ENOSYS instead, as on a kernel that does not have them: what can be done with another call is. Until there is a call to
 * avoid, nothing stands between callers and libc.
 */
export function avoidSystemCalls(...names: readonly SyscallName[]): void {
  for (const name of names) {
    const nr = syscallNumber(name);
    if (nr !== undefined) avoided.add(nr);
  }
  if (avoided.size === 0) return;
  sys3 = (nr, ...rest) => (avoided.has(nr) ? refused() : libc.sys3(nr, ...rest));
  sys6 = (nr, ...rest) => (avoided.has(nr) ? refused() : libc.sys6(nr, ...rest));
  sysBuffer = (nr, ...rest) => (avoided.has(nr) ? refused() : libc.sysBuffer(nr, ...rest));
}

/** Whether a call is answered with ENOSYS here instead of made. */
export function isAvoided(name: SyscallName): boolean {
  return avoided.size > 0 && avoided.has(syscallNumber(name) ?? -1);
}

function refused(): -1 {
  koffi.errno(os.constants.errno.ENOSYS);
  return -1;
}

/** Address of libc's `sigaction`. */
export const libcSigaction = libc.sigaction;
/** Address of libc's `syscall` function. */
export const libcSyscallAddress = libc.syscallAddress;
/** Size of a page of memory, in bytes. */
export const PAGE_BYTES = libc.pageBytes;

/** errno of the last failed call; read it before anything else. */
export function lastErrno(): number {
  return koffi.errno();
}

/** What a policy answers instead of doing what a call asks for: the call does not exist, or is not allowed. */
export function isRefusal(errno: number): boolean {
  const { ENOSYS, EPERM, EACCES } = os.constants.errno;
  return errno === ENOSYS || errno === EPERM || errno === EACCES;
}

let errnoNames: ReadonlyMap<number, string> | undefined;

function buildErrnoNames(): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const [name, number] of Object.entries(os.constants.errno))
    if (!names.has(number)) names.set(number, name);
  // Two names share the number; the kernel's manual pages use this one.
  names.set(os.constants.errno.EOPNOTSUPP, 'EOPNOTSUPP');
  return names;
}

/** `ENOENT` for 2; `E<number>` for what Node does not know. */
export function errnoName(errno: number): string {
  errnoNames ??= buildErrnoNames();
  return errnoNames.get(errno) ?? `E${errno}`;
}

/** The number of an errno name of this platform, e.g. `EPERM` → 1. */
export function errnoNumber(name: string): number | undefined {
  return (os.constants.errno as Record<string, number>)[name];
}

const ENDS_PROCESS = 'a system-call filter around this process ends whoever makes this call';

/** @throws SandboxError SYSCALL_FAILED, always. `hint` names the remedy. */
export function failed(
  syscall: string,
  errno: number,
  target?: string,
  hint = isSyscallName(syscall) && isAvoided(syscall) ? ENDS_PROCESS : undefined,
): never {
  const name = errnoName(errno);
  const of = target === undefined ? '' : ` (${target})`;
  throw new SandboxError(
    'SYSCALL_FAILED',
    { syscall, errno, errnoName: name, ...(target === undefined ? {} : { target }) },
    `${syscall}${of} failed: ${name}${hint === undefined ? '' : `; ${hint}`}`,
  );
}

/** Address of a buffer's first byte. The buffer must outlive every use of the number. */
export function addressOf(buffer: Uint8Array | ArrayBuffer): number {
  return Number(koffi.address(buffer));
}

/** An ArrayBuffer over memory that something else owns. */
export function viewOf(address: number, length: number): ArrayBuffer {
  return koffi.view(BigInt(address), length);
}
