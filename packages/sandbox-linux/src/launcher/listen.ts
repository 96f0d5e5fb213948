import {
  closeDescriptor,
  errnoNameOf,
  lastErrno,
  NR,
  pidfdOpen,
  readSmallFile,
  reserve,
  type SupervisedCall,
  sys3,
} from '@pvf/linux';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  EPERM,
  SECCOMP_IOCTL_NOTIF_ID_VALID,
  SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR,
  SHUT_RDWR,
} from '@pvf/linux/constants';
import type { Listening } from '../policy/plan.ts';

const ADDRESS_BYTES = 128;
const address = reserve(ADDRESS_BYTES);
const addressLength = reserve(4);
const id = reserve(8);

/**
 * Listens on a socket of the calling process in its stead, if it may: on the very socket that was looked at, so that
 * no other can be put in its place.
 * @returns 0, or the errno to answer with
 */
export function listenFor(listener: number, call: SupervisedCall, may: Listening): number {
  const socket = socketOf(listener, call);
  if (socket === undefined) return EPERM;
  try {
    if (!isAllowed(socket, may)) return EPERM;
    if (sys3(NR.listen, socket, Number(BigInt.asIntN(32, call.args[1] ?? 0n)), 0) !== 0) return lastErrno();
    if (isAllowed(socket, may)) return 0;
    // it has lost its port meanwhile, and the kernel gave it another
    sys3(NR.shutdown, socket, SHUT_RDWR, 0);
    return EPERM;
  } finally {
    closeDescriptor(socket);
  }
}

/** Needs a process table in which the caller can be found, and the right to look into it; without them: refused. */
function socketOf(listener: number, call: SupervisedCall): number | undefined {
  if (call.pid === 0) return undefined;
  let process: number;
  try {
    process = pidfdOpen(leaderOf(call.pid));
  } catch (error) {
    if (errnoNameOf(error) === undefined) throw error;
    return undefined;
  }
  // the caller still waits, so its number was still its own when it was opened
  const fd = isWaiting(listener, call)
    ? sys3(NR.pidfd_getfd, process, Number(BigInt.asIntN(32, call.args[0] ?? -1n)), 0)
    : -1;
  closeDescriptor(process);
  return fd >= 0 ? fd : undefined;
}

/** The process that a thread belongs to. */
function leaderOf(thread: number): number {
  try {
    const leader = /^Tgid:\s+(\d+)/m.exec(readSmallFile(`/proc/${thread}/status`))?.[1];
    return leader === undefined ? thread : Number(leader);
  } catch {
    return thread;
  }
}

function isWaiting(listener: number, call: SupervisedCall): boolean {
  id.view.setBigUint64(0, call.id, true);
  return (
    sys3(NR.ioctl, listener, SECCOMP_IOCTL_NOTIF_ID_VALID, id.address) === 0 ||
    sys3(NR.ioctl, listener, SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR, id.address) === 0
  );
}

function isAllowed(socket: number, { ports, unixSockets }: Listening): boolean {
  addressLength.view.setUint32(0, ADDRESS_BYTES, true);
  if (sys3(NR.getsockname, socket, address.address, addressLength.address) !== 0) return false;
  const family = address.view.getUint16(0, true);
  if (family === AF_UNIX) return unixSockets;
  if (family !== AF_INET && family !== AF_INET6) return false;
  // big-endian, in the same place in sockaddr_in and sockaddr_in6
  const port = address.view.getUint16(2);
  return ports.includes(port) || ports.includes(0);
}
