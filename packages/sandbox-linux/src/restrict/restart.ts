import {
  type CompiledFilter,
  compileFilter,
  type FilterSpec,
  installFilter,
  SandboxError,
  setCloseOnExec,
  sharedMappings,
  syscallNumber,
} from '@pvf/linux';
import { buildExecImage, execute } from '../launcher/exec.ts';
import { resetSignals } from '../launcher/signals.ts';
import { applyRestrictions } from '../policy/apply.ts';
import type { Plan } from '../policy/plan.ts';
import type { LayerOutcome } from '../policy/types.ts';

/** Tells the restarted program what it runs under: its own pid, then the outcomes as JSON. */
const MARK = 'SANDBOX_LINUX_RESTARTED';
const STANDARD_DESCRIPTORS = [0, 1, 2];

/** What this program was restarted under, if it was. */
export function restartedOutcomes(): readonly LayerOutcome[] | undefined {
  const mark = process.env[MARK];
  if (mark === undefined) return undefined;
  delete process.env[MARK];
  const [pid, ...json] = mark.split(' ');
  // a child that has inherited it was not restarted itself
  return Number(pid) === process.pid ? (JSON.parse(json.join(' ')) as LayerOutcome[]) : undefined;
}

/**
 * True if the filter refuses io_uring while the event loop has it already: libuv makes its queues when a loop starts, and
 * aborts the process when the kernel does not serve them any more.
 */
export function breaksEventLoop(filter: FilterSpec | undefined): boolean {
  if (filter === undefined || syscallNumber('io_uring_enter') === undefined) return false;
  const names = (list: FilterSpec['allow']): string[] =>
    (list ?? []).map((rule) => (typeof rule === 'string' ? rule : rule.name));
  const refused =
    names(filter.deny).includes('io_uring_enter') ||
    (filter.allow !== undefined && !names(filter.allow).includes('io_uring_enter'));
  return refused && sharedMappings().some(({ name }) => name.includes('[io_uring]'));
}

/**
 * Restricts this thread and has it become this program anew: the kernel ends the other threads, the restrictions go
 * over to all that the new one starts, and its event loop finds no io_uring to begin with. Same pid, arguments, working
 * directory and standard descriptors.
 * @throws SandboxError LAYER_UNAVAILABLE if the policy forbids the restart; SYSCALL_FAILED: then this process is
 * restricted in part and should end
 */
export function restart(plan: Plan, env: Readonly<Record<string, string>>): never {
  const filter = plan.filter === undefined ? undefined : restartableFilter(plan.filter);
  const mark = `${process.pid} ${JSON.stringify(plan.outcomes)}`;
  const image = buildExecImage(
    process.execPath,
    [process.argv0, ...process.execArgv, ...process.argv.slice(1)],
    { ...env, [MARK]: mark },
  );
  for (const fd of STANDARD_DESCRIPTORS) setCloseOnExec(fd, false);
  applyRestrictions(plan, { supervised: false });
  if (filter !== undefined) installFilter(filter);
  resetSignals();
  const errno = execute(image);
  throw new SandboxError(
    'SYSCALL_FAILED',
    { syscall: 'execve', errno, errnoName: `E${errno}`, target: process.execPath },
    `the program cannot be restarted under its policy (execve of ${process.execPath}: errno ${errno}); files.execute must name Node, and files.read the program`,
  );
}

function restartableFilter(spec: FilterSpec): CompiledFilter {
  const compiled = compileFilter(spec);
  const named = (list: FilterSpec['allow']): boolean =>
    (list ?? []).some((rule) => (typeof rule === 'string' ? rule : rule.name) === 'execve');
  if (named(spec.deny) || (spec.allow !== undefined && !named(spec.allow))) {
    const reason = 'a restart needs execve, which the policy forbids; forbid it afterwards, in a second call';
    throw new SandboxError('LAYER_UNAVAILABLE', { layer: 'syscalls', reason }, `syscalls: ${reason}`);
  }
  return compiled;
}
