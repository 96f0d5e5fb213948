import type { Logger } from 'pino';
import { findCgroup, HostCgroup } from '../cgroup/index.ts';
import { HostError } from '../errors.ts';
import type { SecurityFeature } from '../types.ts';
import { type ProbedProgram, runProgram } from '../worker/index.ts';

const CHECK_TIMEOUT_MS = 20_000;
/** Ours know it if they name it among their capabilities. */
const CHECK_FLAG = '--check-can-use-cgroup';

/** Whether jobs' limits are enforced by control groups, and by which. */
export interface OpenedCgroup {
  feature: SecurityFeature;
  group: HostCgroup | undefined;
}

interface Needs {
  programs: readonly Pick<ProbedProgram, 'path' | 'takesCgroup'>[];
  /** See `HostCgroup.make`. */
  tag: string;
  isOver: (tag: string, at: string) => boolean;
  logger: Logger;
}

/**
 * Finds a delegated control group, makes the host's own below it, and has a worker program try it.
 * @param option see `HostOptions.cgroup`
 * @throws HostError INVALID_OPTION: the option names a group that cannot be used
 */
export async function openCgroup(option: string | false, needs: Needs): Promise<OpenedCgroup> {
  if (option === false) return without('switched off (option cgroup)');
  const opened = await open(option, needs);
  if (opened.group !== undefined) return opened;
  const reason = opened.feature.available ? '' : opened.feature.reason;
  if (option !== 'auto')
    throw new HostError(
      'INVALID_OPTION',
      { option: 'cgroup' },
      `option cgroup names a control group that cannot be used: ${reason}. Name one of version 2 that has no processes, ` +
        'whose controllers memory and pids this user may enable, and that this process lies below as well',
    );
  needs.logger.info({ reason }, 'no control groups here: the memory of jobs is measured, not enforced');
  return opened;
}

async function open(option: string, { programs, tag, isOver }: Needs): Promise<OpenedCgroup> {
  const program = programs.find(({ takesCgroup }) => takesCgroup);
  if (program === undefined) return without('the worker programs do not know of control groups');
  const found = findCgroup(option);
  if ('reason' in found) return without(found.reason);
  let group: HostCgroup | undefined;
  let reason: string | undefined;
  try {
    group = await HostCgroup.make(found.path, tag, isOver);
    reason = await tryOut(program.path, group);
  } catch (error) {
    reason = (error as Error).message;
  }
  if (reason === undefined && group !== undefined) return { feature: { available: true }, group };
  await group?.remove();
  return without(`${found.path} cannot be used: ${reason}`);
}

/** Lets a worker program do with a group what workers do. @returns why it cannot */
async function tryOut(program: string, group: HostCgroup): Promise<string | undefined> {
  const trial = group.makeGroup('check');
  const { status, stderr } = await runProgram(program, [CHECK_FLAG, trial.path], CHECK_TIMEOUT_MS);
  await trial.remove();
  return status === 0 ? undefined : stderr.trim() || `the check ended with exit status ${status}`;
}

function without(reason: string): OpenedCgroup {
  return { feature: { available: false, reason }, group: undefined };
}
