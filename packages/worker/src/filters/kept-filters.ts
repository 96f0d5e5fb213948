import {
  type CompiledFilter,
  errnoName,
  lastErrno,
  type SyscallRule,
  sys3,
  sys6,
  syscallNumber,
  viewOf,
} from '@pvf/linux';
import {
  MADV_DOFORK,
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_PRIVATE,
  MREMAP_DONTUNMAP,
  MREMAP_FIXED,
  PROT_READ,
  SECCOMP_SET_MODE_FILTER,
} from '@pvf/linux/constants';

/** Below what any program, library or heap of Linux uses. The lower one is where `vm.mmap_min_addr` is as usual. */
const STARTS = [0x1_0000, 0x10_0000];
/** Where other memory begins. */
export const END_OF_KEPT = 0x20_0000;
const PROT_READ_WRITE = 3;
/** struct sock_fprog: u16 length, padding, pointer. */
const FPROG_BYTES = 16;
const FPROG_POINTER = 8;

/** Where they are, and where the next one goes. */
let region: { readonly start: number; free: number } | undefined;

/**
 * Copies filters to where no job can change, replace or unmap them ({@link memoryCalls} see to that), to be installed
 * from there. A job that has been taken over before its code is locked can then add just these filters and no other:
 * one of its own that logs (SECCOMP_RET_LOG) could fill the disk with the audit log.
 *
 * @throws Error when the addresses are not free
 */
export function keepFilters(filters: readonly CompiledFilter[]): CompiledFilter[] {
  region ??= reserve();
  const room = region;
  protect(room.start, PROT_READ_WRITE);
  const kept = filters.map((filter) => {
    const fprogAddress = room.free;
    const programAddress = fprogAddress + FPROG_BYTES;
    if (programAddress + filter.program.length > END_OF_KEPT) throw new Error('the filters do not fit');
    const bytes = new Uint8Array(viewOf(fprogAddress, FPROG_BYTES + filter.program.length));
    bytes.set(filter.fprog);
    bytes.set(filter.program, FPROG_BYTES);
    new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(FPROG_POINTER, BigInt(programAddress), true);
    room.free = programAddress + filter.program.length;
    return { ...filter, fprogAddress };
  });
  protect(room.start, PROT_READ);
  return kept;
}

function reserve(): { start: number; free: number } {
  const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
  let reason = '';
  for (const start of STARTS) {
    const at = sys6(syscallNumber('mmap')!, start, END_OF_KEPT - start, PROT_READ, flags, -1, 0);
    if (at === start) return { start, free: start };
    reason = at < 0 ? errnoName(lastErrno()) : 'they are taken';
    if (at >= 0) sys3(syscallNumber('munmap')!, at, END_OF_KEPT - start, 0);
  }
  throw new Error(`no memory below 2 MiB for the filters of jobs (${reason}); is vm.mmap_min_addr raised?`);
}

function protect(start: number, protection: number): void {
  if (sys3(syscallNumber('mprotect')!, start, END_OF_KEPT - start, protection) !== 0)
    throw new Error(`mprotect: ${errnoName(lastErrno())}`);
}

/** Lets a process add these filters, which were kept, and no others; and no listener that answers system calls. */
export function addingOnly(filters: readonly CompiledFilter[]): SyscallRule[] {
  return filters.map(({ fprogAddress }) => ({
    name: 'seccomp',
    args: [
      { index: 0, op: 'eq', value: SECCOMP_SET_MODE_FILTER, width: 32 },
      { index: 1, op: 'eq', value: 0 },
      { index: 2, op: 'eq', value: fprogAddress },
    ],
  }));
}

const without = (bits: number) => ({ index: 3, op: 'no-bits', value: bits, width: 32 }) as const;
const outside = (index: number) => ({ index, op: 'ge', value: END_OF_KEPT }) as const;

/**
 * MAP_TYPE, MAP_GROWSDOWN, MAP_LOCKED, MAP_POPULATE and MAP_HUGETLB: no memory outside the process's own account, none
 * that cannot be swapped, none that is filled in one call, which goes on while the process is to be stopped. A mapping
 * that grows like a stack is not in RLIMIT_DATA, and there could be many.
 */
const MAP_KIND = 0x4_a10f;

/** Calls that change the memory map, none of them the kept filters. What must not replace a mapping may be anywhere. */
export function memoryCalls(advice: readonly number[]): SyscallRule[] {
  const mmap = (bits: number): SyscallRule => ({
    name: 'mmap',
    args: [
      { index: 3, op: 'masked-eq', mask: MAP_KIND | MAP_FIXED, value: MAP_PRIVATE | bits, width: 32 },
      ...(bits === 0 ? [] : [outside(0)]),
    ],
  });
  return [
    mmap(0),
    mmap(MAP_FIXED),
    ...(['munmap', 'mprotect', 'pkey_mprotect'] as const).map((name) => ({ name, args: [outside(0)] })),
    // Memory leaves the place that it is moved from.
    { name: 'mremap', args: [outside(0), without(MREMAP_FIXED | MREMAP_DONTUNMAP)] },
    { name: 'mremap', args: [outside(0), outside(4), without(MREMAP_DONTUNMAP)] },
    ...advice.map(
      (value): SyscallRule => ({
        name: 'madvise',
        // Before a fork everything is marked as to be copied, from the lowest address on.
        args: [{ index: 2, op: 'eq', value, width: 32 }, ...(value === MADV_DOFORK ? [] : [outside(0)])],
      }),
    ),
  ];
}
