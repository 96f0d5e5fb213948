import {
  closeDescriptor,
  killPid,
  open,
  POLLIN,
  pidfdOpen,
  poll,
  readInto,
  readSmallFile,
  waitForChild,
} from '@pvf/linux';
import { SIGKILL } from '@pvf/linux/constants';

const LIST_BYTES = 4096;
/** Small processes are gone by then; whoever ends a large one does not wait for the kernel to tidy up. */
const END_WAIT_MS = 10;

const STAT_STATE = 0;

const chunk = Buffer.alloc(LIST_BYTES);

/** Killed, and not gone yet when we looked last. */
const ending = new Set<number>();

/**
 * Pids of this process's children, dead ones included, but not those that {@link endChild} has killed; `undefined` where
 * the kernel does not list them.
 */
export function ownChildren(procFd: number | undefined): readonly number[] | undefined {
  if (procFd === undefined) return undefined;
  reapEnded();
  let fd: number;
  try {
    fd = open('thread-self/children', 0, procFd);
  } catch {
    return undefined;
  }
  try {
    let text = '';
    // The kernel gives as much as fits; the end is where it gives nothing.
    for (let n = readInto(fd, chunk); n > 0; n = readInto(fd, chunk)) text += chunk.toString('latin1', 0, n);
    const pids = text.split(' ').filter((word) => word !== '');
    return pids.map(Number).filter((pid) => !ending.has(pid));
  } finally {
    closeDescriptor(fd);
  }
}

/** True when there is no child with this pid any more. */
export function reapIfDead(pid: number): boolean {
  try {
    return waitForChild(pid, { noHang: true }) !== undefined;
  } catch {
    return true;
  }
}

/**
 * Kills a child and reaps it, at once or later: the end of one that holds much memory takes the kernel long, and is not
 * waited for. Does nothing if there is none with this pid.
 */
export function endChild(pid: number): void {
  if (reapIfDead(pid)) return;
  killPid(pid, SIGKILL);
  ending.add(pid);
  waitForEnd(pid);
  reapEnded();
}

/**
 * Kills a child together with one that it may be making for this process at this very moment.
 *
 * @param known children of this process that stay
 */
export function endChildAndItsOwn(pid: number, known: ReadonlySet<number>, procFd: number): void {
  killPid(pid, SIGKILL);
  // Nobody waits for its end, which a call that no signal interrupts can put off: the kernel adds a process to the list
  // and looks whether its maker is to die under one lock (copy_process), so what is not there now never comes.
  const strays = (ownChildren(procFd) ?? []).filter((other) => other !== pid && !known.has(other));
  for (const stray of strays) endChild(stray);
  endChild(pid);
}

/**
 * Waits for something, of its own will: a process that the kernel makes a copy of does not, even while it gets no
 * processor. False where that cannot be told.
 */
export function isAsleep(pid: number, procFd: number | undefined): boolean {
  return procFd !== undefined && statFields(pid, procFd)?.[STAT_STATE] === 'S';
}

/** From the state on, as in proc_pid_stat(5); `undefined` when the process is gone. */
function statFields(pid: number, procFd: number): readonly string[] | undefined {
  try {
    const stat = readSmallFile(`${pid}/stat`, procFd);
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** Reaps what {@link endChild} did not wait for. */
export function reapEnded(): void {
  for (const pid of ending) if (reapIfDead(pid)) ending.delete(pid);
}

function waitForEnd(pid: number): void {
  let pidfd: number;
  try {
    pidfd = pidfdOpen(pid);
  } catch {
    // No pidfds here: it is reaped when somebody looks next.
    return;
  }
  poll([{ fd: pidfd, events: POLLIN, revents: 0 }], END_WAIT_MS);
  closeDescriptor(pidfd);
}
