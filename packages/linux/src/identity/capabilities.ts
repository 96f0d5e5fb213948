import {
  CAP_LAST_POSSIBLE,
  CAP_SETPCAP,
  EINVAL,
  LINUX_CAPABILITY_VERSION_3,
  PR_CAP_AMBIENT,
  PR_CAP_AMBIENT_CLEAR_ALL,
  PR_CAPBSET_DROP,
  PR_CAPBSET_READ,
} from '../sys/constants.ts';
import { failed, lastErrno, sys3, sys6 } from '../sys/libc.ts';
import { reserve, writeInt64 } from '../sys/memory.ts';
import { NR } from '../sys/syscalls.ts';

// struct __user_cap_header_struct and two struct __user_cap_data_struct
const header = reserve(8);
const data = reserve(24);

function load(): void {
  header.view.setUint32(0, LINUX_CAPABILITY_VERSION_3, true);
  header.view.setInt32(4, 0, true);
}

/** The effective capabilities of this process, as a bit mask (bit n = capability n of linux/capability.h). */
export function effectiveCapabilities(): bigint {
  load();
  if (sys3(NR.capget, header.address, data.address, 0) !== 0) failed('capget', lastErrno());
  return BigInt(data.view.getUint32(0, true)) | (BigInt(data.view.getUint32(12, true)) << 32n);
}

/** True if the capability (linux/capability.h) is in the bounding set. */
export function isInBoundingSet(capability: number): boolean {
  return sys6(NR.prctl, PR_CAPBSET_READ, capability, 0, 0, 0, 0) === 1;
}

/**
 * Gives up every capability of this process: bounding set (where it may), ambient, effective, permitted and
 * inheritable. As root the uid stays 0, without power over anything but root's own files.
 * @param options.boundingSet false skips the 41 calls for it: enough where exec is impossible anyway
 * @throws SandboxError SYSCALL_FAILED
 */
export function dropAllCapabilities(options: { readonly boundingSet?: boolean } = {}): void {
  if (options.boundingSet !== false && (effectiveCapabilities() & (1n << BigInt(CAP_SETPCAP))) !== 0n) {
    for (let capability = 0; capability <= CAP_LAST_POSSIBLE; capability++) {
      if (sys6(NR.prctl, PR_CAPBSET_DROP, capability, 0, 0, 0, 0) === 0) continue;
      const errno = lastErrno();
      // past the last capability that this kernel has
      if (errno === EINVAL) break;
      failed('prctl', errno, 'PR_CAPBSET_DROP');
    }
  }
  // fails only on kernels without ambient capabilities, which then have none to clear
  sys6(NR.prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0, 0);
  load();
  for (let offset = 0; offset < 24; offset += 8) writeInt64(data.view, offset, 0);
  if (sys3(NR.capset, header.address, data.address, 0) !== 0) failed('capset', lastErrno());
}
