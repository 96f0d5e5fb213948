import { AT_FDCWD, O_CLOEXEC } from '../sys/constants.ts';
import { failed, lastErrno, sys6 } from '../sys/libc.ts';
import { cString } from '../sys/memory.ts';
import { NR } from '../sys/syscalls.ts';
import { closeDescriptor, readInto, writeAll } from './descriptors.ts';

/**
 * openat(2); close-on-exec is always added.
 * @param directory descriptor that a relative path starts from; the working directory by default
 * @returns the descriptor, or `-errno`
 */
export function tryOpen(path: string, flags: number, directory = AT_FDCWD): number {
  const fd = sys6(NR.openat, directory, cString(path), flags | O_CLOEXEC, 0, 0, 0);
  return fd >= 0 ? fd : -lastErrno();
}

/** @throws SandboxError SYSCALL_FAILED */
export function open(path: string, flags: number, directory = AT_FDCWD): number {
  const fd = tryOpen(path, flags, directory);
  return fd >= 0 ? fd : failed('openat', -fd, path);
}

/** Reads a small file whole, as kernel interfaces are, up to `limit` bytes. */
export function readSmallFile(path: string, directory = AT_FDCWD, limit = 1 << 20): string {
  const fd = open(path, 0, directory);
  try {
    const chunks: Buffer[] = [];
    let total = 0;
    for (;;) {
      const chunk = Buffer.allocUnsafeSlow(65_536);
      const n = readInto(fd, chunk);
      if (n <= 0 || total >= limit) return Buffer.concat(chunks).toString('latin1');
      chunks.push(chunk.subarray(0, n));
      total += n;
    }
  } finally {
    closeDescriptor(fd);
  }
}

/** Writes `text` with one write, as the files under /proc want it. */
export function writeSmallFile(path: string, text: string, directory = AT_FDCWD): void {
  const fd = open(path, 1, directory);
  try {
    writeAll(fd, Buffer.from(text));
  } finally {
    closeDescriptor(fd);
  }
}
