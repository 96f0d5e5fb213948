import { isSandboxError } from '@pvf/linux';

const REFUSALS = ['EPERM', 'EACCES', 'ENOSYS'];

/** Landlock is there, and a policy around this process does not let rules be added to a ruleset. */
export function isRefusedRule(error: unknown): boolean {
  return (
    isSandboxError(error, 'SYSCALL_FAILED') &&
    error.meta.syscall === 'landlock_add_rule' &&
    REFUSALS.includes(error.meta.errnoName)
  );
}
