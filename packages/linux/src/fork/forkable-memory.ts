import { SandboxError } from '../error.ts';
import { setNoNewPrivileges } from '../identity/process.ts';
import { readSmallFile } from '../io/files.ts';
import { compileFilter } from '../seccomp/compile.ts';
import { installFilter } from '../seccomp/install.ts';
import { MADV_DOFORK, MADV_DONTFORK } from '../sys/constants.ts';
import { sys3 } from '../sys/libc.ts';
import { NR } from '../sys/syscalls.ts';

// vm.mmap_min_addr is at most this on every distribution
const LOWEST_ADDRESS = 0x1_0000;
const SPECIAL = /^([0-9a-f]+)-([0-9a-f]+) .*\[(vvar|vvar_vclock|vdso|stack|sigpage|uprobes)\]/;

let ranges: readonly { start: number; length: number }[] | undefined;

/**
 * Reads from /proc what forking needs later: where the kernel's own mappings lie. Call it once before
 * /proc goes away (pivotRoot, Landlock); otherwise the first fork does it.
 * @throws SandboxError NOT_INITIALISED if /proc cannot be read
 */
export function initialise(): void {
  if (ranges !== undefined) return;
  let maps: string;
  try {
    maps = readSmallFile('/proc/self/maps');
  } catch (cause) {
    throw new SandboxError(
      'NOT_INITIALISED',
      { what: '/proc/self/maps' },
      'the memory layout cannot be read; call initialise() while /proc is still there',
      { cause },
    );
  }
  const found: { start: number; length: number }[] = [];
  let from = LOWEST_ADDRESS;
  for (const line of maps.split('\n')) {
    const match = SPECIAL.exec(line);
    if (match === null) continue;
    const start = Number.parseInt(match[1] as string, 16);
    if (start > from) found.push({ start: from, length: start - from });
    from = Number.parseInt(match[2] as string, 16);
  }
  // V8's heap is in the largest.
  ranges = found.sort((a, b) => a.length - b.length);
}

let keptForkable = false;

/**
 * Makes the whole memory of this process inheritable and keeps it so: from here on the kernel refuses V8's wish to
 * leave new heap pages out of a fork (madvise with MADV_DONTFORK, whose failure V8 ignores). Without this, a page
 * that V8 allocates between {@link prepareForkableMemory} and the fork itself is missing in the child, which then
 * dies of SIGSEGV: about once in a thousand forks. For good; sets no_new_privs.
 * @throws SandboxError NOT_INITIALISED, SYSCALL_FAILED (no seccomp filters here: forks still work, less reliably)
 */
export function keepMemoryForkable(): void {
  if (keptForkable) return;
  setNoNewPrivileges();
  const leaveOut = {
    name: 'madvise',
    args: [{ index: 2, op: 'eq', value: MADV_DONTFORK, width: 32 }],
  } as const;
  installFilter(compileFilter({ deny: [leaveOut], onViolation: { errno: 'EINVAL' } }));
  prepareForkableMemory();
  keptForkable = true;
}

/**
 * Lets a fork inherit V8's heap, which V8 marks MADV_DONTFORK: everything between the kernel's own
 * mappings becomes inheritable. Done by `forkChild` before each fork, because new heap pages are marked
 * again unless {@link keepMemoryForkable} was called. Holes in the ranges are no error.
 * @throws SandboxError NOT_INITIALISED
 */
export function prepareForkableMemory(): void {
  if (keptForkable) return;
  if (ranges === undefined) initialise();
  const all = ranges as NonNullable<typeof ranges>;
  // No iterator, and the heap last: what is allocated after its call can be on a page that a child would lack.
  for (let i = 0; i < all.length; i++) {
    const { start, length } = all[i] as (typeof all)[number];
    sys3(NR.madvise, start, length, MADV_DOFORK);
  }
}
