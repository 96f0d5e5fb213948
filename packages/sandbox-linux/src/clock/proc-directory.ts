import { closeDescriptor, readInto } from '../io/descriptors.ts';
import { open, tryOpen } from '../io/files.ts';
import { O_DIRECTORY } from '../sys/arch.ts';
import { O_PATH } from '../sys/constants.ts';
import { PAGE_BYTES } from '../sys/libc.ts';

const buffer = Buffer.alloc(256);

/**
 * A descriptor of /proc that stays usable after the root has changed. Its pids are those of the namespace
 * that this /proc was mounted for. Whoever holds it can look at processes: close it before running
 * anything untrusted.
 * @throws SandboxError SYSCALL_FAILED
 */
export function openProcDirectory(): number {
  return open('/proc', O_PATH | O_DIRECTORY);
}

/**
 * Resident memory of a process.
 * @param procFd from {@link openProcDirectory}
 * @returns bytes, or undefined if there is no such process
 */
export function readRss(procFd: number, pid: number): number | undefined {
  const fd = tryOpen(`${pid}/statm`, 0, procFd);
  if (fd < 0) return undefined;
  try {
    const n = readInto(fd, buffer);
    const resident = buffer.toString('latin1', 0, n).split(' ')[1];
    return resident === undefined ? undefined : Number(resident) * PAGE_BYTES;
  } catch {
    return undefined;
  } finally {
    closeDescriptor(fd);
  }
}
