import { invalidArgument } from '../error.ts';
import { RLIMIT } from '../sys/constants.ts';
import { failed, lastErrno, sys6 } from '../sys/libc.ts';
import { type Block, reserve } from '../sys/memory.ts';
import { NR } from '../sys/syscalls.ts';

/** A resource of getrlimit(2), without its RLIMIT_ prefix. */
export type Resource = keyof typeof RLIMIT;

/** A limit in the resource's own unit (bytes, seconds, count). `Infinity` = none. */
export interface ResourceLimit {
  readonly soft: number;
  readonly hard: number;
}

const wanted = reserve(16);
const current = reserve(16);
const INFINITY_WORD = 0xffff_ffff;

function put(block: Block, offset: number, value: number): void {
  if (value === Number.POSITIVE_INFINITY) {
    block.view.setUint32(offset, INFINITY_WORD, true);
    block.view.setUint32(offset + 4, INFINITY_WORD, true);
    return;
  }
  if (!Number.isSafeInteger(value) || value < 0)
    invalidArgument('limit', value, 'a limit is a whole number from 0, or Infinity');
  block.view.setUint32(offset, value % 0x1_0000_0000, true);
  block.view.setUint32(offset + 4, Math.floor(value / 0x1_0000_0000), true);
}

function get(block: Block, offset: number): number {
  const low = block.view.getUint32(offset, true);
  const high = block.view.getUint32(offset + 4, true);
  return low === INFINITY_WORD && high === INFINITY_WORD
    ? Number.POSITIVE_INFINITY
    : high * 0x1_0000_0000 + low;
}

/**
 * Limits a resource of this process, or of `pid`.
 * @param soft in the resource's own unit; `Infinity` = none
 * @param hard what the soft limit can be raised to; the soft limit itself if left out
 * @throws SandboxError SYSCALL_FAILED (EPERM: above the hard limit), INVALID_ARGUMENT
 */
export function setResourceLimit(resource: Resource, soft: number, hard: number = soft, pid = 0): void {
  put(wanted, 0, soft);
  put(wanted, 8, hard);
  if (sys6(NR.prlimit64, pid, RLIMIT[resource], wanted.address, 0, 0, 0) !== 0)
    failed('prlimit64', lastErrno(), resource);
}

/** @throws SandboxError SYSCALL_FAILED */
export function getResourceLimit(resource: Resource, pid = 0): ResourceLimit {
  if (sys6(NR.prlimit64, pid, RLIMIT[resource], 0, current.address, 0, 0) !== 0)
    failed('prlimit64', lastErrno(), resource);
  return { soft: get(current, 0), hard: get(current, 8) };
}
