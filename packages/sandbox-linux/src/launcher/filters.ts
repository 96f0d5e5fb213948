import {
  type CompiledFilter,
  compileFilter,
  type FilterSpec,
  type SyscallName,
  type SyscallRule,
} from '@pvf/linux';

/** The plan's filter, compiled for both cases. */
export interface ProgramFilters {
  /** Violations go to init, which names them. */
  readonly supervised: CompiledFilter | undefined;
  /** The kernel answers by itself. */
  readonly unsupervised: CompiledFilter | undefined;
  /** What becomes of a violation. */
  readonly violation: 'refuse' | 'kill';
  /** The program may execute others. */
  readonly execAllowed: boolean;
  /** Every execve goes to init, so that it can tell the program's start from what comes later. */
  readonly execSupervised: boolean;
  /** What the unsupervised filter cannot do. */
  readonly missingUnsupervised: readonly string[];
}

/** Without these no program can end or take a signal; an allow list always has them. */
const ALWAYS: readonly SyscallName[] = ['exit', 'exit_group', 'rt_sigreturn', 'restart_syscall'];
const EXEC: readonly SyscallName[] = ['execve', 'execveat'];

const toRule = (entry: SyscallName | SyscallRule): SyscallRule =>
  typeof entry === 'string' ? { name: entry } : entry;
const isExec = ({ name }: SyscallRule): boolean => EXEC.includes(name);

/**
 * Compiles a plan's filter for a program that is still to be executed under it: the execve that starts it has to pass.
 * Under a supervisor only that one does, where the policy allows no other.
 * @param judgeListen every `listen` goes to the supervisor
 */
export function buildFilters(spec: FilterSpec | undefined, judgeListen = false): ProgramFilters {
  if (spec === undefined) {
    return {
      supervised: undefined,
      unsupervised: undefined,
      violation: 'refuse',
      execAllowed: true,
      execSupervised: false,
      missingUnsupervised: [],
    };
  }
  const deny = (spec.deny ?? []).map(toRule);
  const allow = spec.allow?.map(toRule);
  const denied = deny.some(isExec);
  const execAllowed = !denied && (allow === undefined || allow.some(isExec));
  const execSupervised = denied || allow !== undefined;
  const withoutExec = {
    deny: deny.filter((rule) => !isExec(rule)),
    allow: allow?.filter((rule) => !isExec(rule)),
  };
  const judged: readonly SyscallRule[] = judgeListen ? [{ name: 'listen', action: 'notify' }] : [];
  const compile = (exec: readonly SyscallRule[], onViolation: FilterSpec['onViolation']): CompiledFilter =>
    compileFilter({
      onViolation,
      deny: [...exec, ...withoutExec.deny],
      ...(withoutExec.allow === undefined ? {} : { allow: [...withoutExec.allow, ...ALWAYS] }),
    });
  const all = (action: SyscallRule['action']): SyscallRule[] =>
    EXEC.map((name) => ({ name, ...(action === undefined ? {} : { action }) }));
  return {
    supervised: compile([...(execSupervised ? all('notify') : []), ...judged], 'notify'),
    unsupervised: compile(all('allow'), spec.onViolation),
    violation: spec.onViolation === 'kill-process' ? 'kill' : 'refuse',
    execAllowed,
    execSupervised,
    missingUnsupervised: [
      'names of refused system calls',
      ...(execAllowed ? [] : ['refusal of execve']),
      ...(judgeListen ? ['refusal of listen on a socket that was never bound'] : []),
    ],
  };
}
