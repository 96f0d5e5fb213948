import { PERSONALITY_QUERY, PROT_EXEC, READ_IMPLIES_EXEC } from '../sys/constants.ts';
import type { Architecture, SyscallName } from '../sys/syscalls.ts';
import type { SeccompAction } from './actions.ts';
import { type CompiledFilter, compileFilter, type SyscallRule } from './compile.ts';

// linux/shm.h: attach with PROT_EXEC
const SHM_EXEC = 0o100000;

const WITH_EXEC: readonly SyscallName[] = ['mmap', 'mprotect', 'pkey_mprotect'];

/** Deny rules that keep a process from gaining executable memory; to be used on top of other filters. */
export const NEW_CODE_RULES: readonly SyscallRule[] = [
  ...WITH_EXEC.map((name): SyscallRule => ({ name, args: [{ index: 2, op: 'any-bits', value: PROT_EXEC }] })),
  { name: 'shmat', args: [{ index: 2, op: 'any-bits', value: SHM_EXEC }] },
  // moves the contents of executable pages about
  { name: 'remap_file_pages' },
  {
    name: 'personality',
    args: [
      { index: 0, op: 'any-bits', value: READ_IMPLIES_EXEC },
      { index: 0, op: 'ne', value: PERSONALITY_QUERY, width: 32 },
    ],
  },
];

/**
 * The second stage for a process that has its code in place (see `lockExecutableMemory`): no executable
 * mapping can be made any more, by any call.
 */
export function compileNoNewCode(
  options: { readonly arch?: Architecture; readonly onViolation?: SeccompAction } = {},
): CompiledFilter {
  return compileFilter({ onViolation: 'kill-process', ...options, deny: NEW_CODE_RULES });
}
