import { closeDescriptor, killPid, open, readInto, waitForChild } from '@pvf/sandbox-linux';

const SIGKILL = 9;
/** Far more than a worker has children, as decimal numbers with spaces. */
const list = Buffer.alloc(4096);

/** Pids of this process's children, dead ones included; `undefined` where the kernel does not list them. */
export function ownChildren(procFd: number | undefined): readonly number[] | undefined {
  if (procFd === undefined) return undefined;
  let fd: number;
  try {
    fd = open('thread-self/children', 0, procFd);
  } catch {
    return undefined;
  }
  try {
    const text = list.toString('latin1', 0, readInto(fd, list)).trim();
    return text === '' ? [] : text.split(' ').map(Number);
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

/** Kills and reaps a child; does nothing if there is none with this pid. */
export function endChild(pid: number): void {
  if (reapIfDead(pid)) return;
  killPid(pid, SIGKILL);
  waitForChild(pid);
}
