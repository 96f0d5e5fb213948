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
  return readStatm(procFd, pid)?.resident;
}

/** Like {@link readRss}, only what the process has allocated: without the pages of files and shared memory. */
export function readAnonymousRss(procFd: number, pid: number): number | undefined {
  const statm = readStatm(procFd, pid);
  return statm === undefined ? undefined : statm.resident - statm.shared;
}

/** The fields of proc_pid_statm(5) that are about resident memory, in bytes. */
function readStatm(procFd: number, pid: number): { resident: number; shared: number } | undefined {
  const fd = tryOpen(`${pid}/statm`, 0, procFd);
  if (fd < 0) return undefined;
  try {
    const n = readInto(fd, buffer);
    const [, resident, shared] = buffer.toString('latin1', 0, n).split(' ');
    if (resident === undefined || shared === undefined) return undefined;
    return { resident: Number(resident) * PAGE_BYTES, shared: Number(shared) * PAGE_BYTES };
  } catch {
    return undefined;
  } finally {
    closeDescriptor(fd);
  }
}
