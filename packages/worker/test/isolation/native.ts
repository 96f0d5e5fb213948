import { addressOf, exitNow, lastErrno, type SyscallName, sys6, syscallNumber } from '@pvf/sandbox-linux';

/** What native code in a job that has been taken over can do: system calls, with memory of its own as arguments. */

/** Keeps what the kernel was given an address of. */
const kept: Buffer[] = [];

/** Address of these bytes, or of as many zeroes. */
export function memory(content: Buffer | number): number {
  const bytes = typeof content === 'number' ? Buffer.alloc(content) : content;
  kept.push(bytes);
  return addressOf(bytes);
}

export function text(value: string): number {
  return memory(Buffer.from(`${value}\0`));
}

/** Little-endian 64-bit words. */
export function words(...values: readonly (number | bigint)[]): number {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, index) => {
    bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), index * 8);
  });
  return memory(bytes);
}

/** The result of a system call; negative errno on failure. */
export function call(name: SyscallName, ...args: readonly number[]): number {
  const nr = syscallNumber(name);
  if (nr === undefined) return -ENOSYS;
  return callNumber(nr, ...args);
}

export function callNumber(nr: number, ...args: readonly number[]): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = args;
  const result = sys6(nr, a, b, c, d, e, f);
  return result === -1 ? -lastErrno() : result;
}

/** For calls that make a process: the child ends at once. */
export function endChild(pid: number): number {
  if (pid === 0) exitNow(0);
  return pid;
}

/** The first failure, or the last result. */
export function chain(...steps: readonly ((previous: number) => number)[]): number {
  let result = 0;
  for (const step of steps) {
    result = step(result);
    if (result < 0) return result;
  }
  return result;
}

export const EPERM = 1;
export const ENOENT = 2;
export const ESRCH = 3;
export const EBADF = 9;
export const ECHILD = 10;
export const EAGAIN = 11;
export const EACCES = 13;
export const EFAULT = 14;
export const EBUSY = 16;
export const ENODEV = 19;
export const ENOTDIR = 20;
export const EINVAL = 22;
export const ENOTTY = 25;
export const ENOSYS = 38;
export const ENOKEY = 126;
export const AT_FDCWD = -100;
export const O_RDWR = 2;
export const O_CREAT = 0o100;
export const O_PATH = 0o10000000;
export const O_TMPFILE = 0o20200000;
export const PROT_READ = 1;
export const PROT_WRITE = 2;
export const PROT_EXEC = 4;
export const MAP_SHARED = 1;
export const MAP_PRIVATE_ANONYMOUS = 0x22;
export const PAGE = 4096;
