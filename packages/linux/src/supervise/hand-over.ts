import { closeDescriptor } from '../io/descriptors.ts';
import {
  AF_UNIX,
  EAGAIN,
  EINTR,
  MSG_CMSG_CLOEXEC,
  MSG_DONTWAIT,
  SOCK_CLOEXEC,
  SOCK_SEQPACKET,
} from '../sys/constants.ts';
import { failed, lastErrno, sys3, sys6 } from '../sys/libc.ts';
import { reserve, writeInt64 } from '../sys/memory.ts';
import { NR } from '../sys/syscalls.ts';

// linux/socket.h
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
// struct cmsghdr (len 0, level 8, type 12) with one descriptor; padded to eight bytes
const CONTROL_BYTES = 24;
const CONTROL_LENGTH = 20;

const pair = reserve(8);
const payload = reserve(1);
// struct iovec: base, len
const vector = reserve(16);
const control = reserve(CONTROL_BYTES);
// struct msghdr: name 0, namelen 8, iov 16, iovlen 24, control 32, controllen 40, flags 48
const message = reserve(56);

/** Two ends of a socket that carries descriptors from a forked child to its parent. */
export interface DescriptorChannel {
  readonly sendFd: number;
  readonly receiveFd: number;
}

/**
 * Makes a channel; both ends close on exec. Whoever has a copy of `sendFd` can send.
 * @throws SandboxError SYSCALL_FAILED
 */
export function descriptorChannel(): DescriptorChannel {
  if (sys6(NR.socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.address, 0, 0) !== 0)
    failed('socketpair', lastErrno());
  return { receiveFd: pair.view.getInt32(0, true), sendFd: pair.view.getInt32(4, true) };
}

function prepareMessage(): void {
  message.bytes.fill(0);
  control.bytes.fill(0);
  writeInt64(vector.view, 0, payload.address);
  writeInt64(vector.view, 8, 1);
  writeInt64(message.view, 16, vector.address);
  writeInt64(message.view, 24, 1);
  writeInt64(message.view, 32, control.address);
  writeInt64(message.view, 40, CONTROL_BYTES);
}

/** Sends a copy of a descriptor; the sender's own stays open. @throws SandboxError SYSCALL_FAILED */
export function sendDescriptor({ sendFd }: Pick<DescriptorChannel, 'sendFd'>, fd: number): void {
  prepareMessage();
  writeInt64(control.view, 0, CONTROL_LENGTH);
  control.view.setInt32(8, SOL_SOCKET, true);
  control.view.setInt32(12, SCM_RIGHTS, true);
  control.view.setInt32(16, fd, true);
  while (sys3(NR.sendmsg, sendFd, message.address, 0) < 0) {
    const errno = lastErrno();
    if (errno !== EINTR) failed('sendmsg', errno);
  }
}

/**
 * Takes a descriptor that was sent; does not wait.
 * @returns the descriptor (close on exec), or undefined if there is none
 * @throws SandboxError SYSCALL_FAILED
 */
export function receiveDescriptor({ receiveFd }: Pick<DescriptorChannel, 'receiveFd'>): number | undefined {
  for (;;) {
    prepareMessage();
    const n = sys3(NR.recvmsg, receiveFd, message.address, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (n < 0) {
      const errno = lastErrno();
      if (errno === EINTR) continue;
      return errno === EAGAIN ? undefined : failed('recvmsg', errno);
    }
    const carries =
      control.view.getInt32(8, true) === SOL_SOCKET && control.view.getInt32(12, true) === SCM_RIGHTS;
    // Nothing left to read at the end of the socket, or a message without a descriptor.
    return n > 0 && carries ? control.view.getInt32(16, true) : undefined;
  }
}

/** Closes what was sent and not taken. */
export function discardDescriptors(channel: Pick<DescriptorChannel, 'receiveFd'>): void {
  for (let fd = receiveDescriptor(channel); fd !== undefined; fd = receiveDescriptor(channel))
    closeDescriptor(fd);
}
