import { closeDescriptor, readInto } from '../io/descriptors.ts';
import { open, tryOpen } from '../io/files.ts';
import { O_DIRECTORY } from '../sys/arch.ts';
import { O_PATH } from '../sys/constants.ts';
import { PAGE_BYTES } from '../sys/libc.ts';

const buffer = Buffer.alloc(256);
/** Usually all of /proc/PID/status; the list of a process's groups is in it, which may have 65,536. */
const chunk = Buffer.alloc(8192);
const STATE = /^State:\s+(\S)/m;
const ANONYMOUS = /^RssAnon:\s+(\d+) kB$/m;
const SWAPPED = /^VmSwap:\s+(\d+) kB$/m;
/** Page tables: a process that only reads has no other memory, but 4 KiB of these for every 2 MiB. */
const TABLES = /^VmPTE:\s+(\d+) kB$/m;
const KIB = 1024;

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

/**
 * What a process has allocated, in memory or swapped out, and its page tables: without the pages of files and shared
 * memory.
 * @returns bytes, or undefined if there is no such process
 */
export function readAllocated(procFd: number, pid: number): number | undefined {
  const statm = readStatm(procFd, pid);
  return statm === undefined ? undefined : statm.resident - statm.shared + besides(readStatus(procFd, pid));
}

/** What {@link readProcess} tells. */
export interface ProcessState {
  /** One letter, as in proc_pid_stat(5): `T` is stopped, `Z` dead and not reaped. */
  readonly state: string;
  /** As {@link readAllocated} tells it, in bytes. */
  readonly allocated: number;
}

/**
 * Whether a process runs, and what it has allocated, in one look.
 *
 * @param procFd from {@link openProcDirectory}
 * @returns undefined if there is no such process
 */
export function readProcess(procFd: number, pid: number): ProcessState | undefined {
  const text = readStatus(procFd, pid);
  const state = STATE.exec(text)?.[1];
  if (state === undefined) return undefined;
  return { state, allocated: kib(ANONYMOUS, text) + besides(text) };
}

/** What of a process is no page in memory, in bytes. */
const besides = (status: string): number => kib(SWAPPED, status) + kib(TABLES, status);

const kib = (line: RegExp, text: string): number => Number(line.exec(text)?.[1] ?? 0) * KIB;

/** proc_pid_status(5); empty if there is no such process. */
function readStatus(procFd: number, pid: number): string {
  const fd = tryOpen(`${pid}/status`, 0, procFd);
  if (fd < 0) return '';
  try {
    let text = '';
    for (let n = readInto(fd, chunk); n > 0; n = readInto(fd, chunk)) text += chunk.toString('latin1', 0, n);
    return text;
  } catch {
    return '';
  } finally {
    closeDescriptor(fd);
  }
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
