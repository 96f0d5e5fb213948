import {
  blockSignals,
  closeAllDescriptorsExcept,
  closeDescriptor,
  currentPid,
  type DescriptorChannel,
  descriptorChannel,
  exitNow,
  forkChild,
  killPid,
  leadProcessGroup,
  POLLIN,
  pidfdOpen,
  pipe,
  poll,
  setThreadName,
  waitForChild,
} from '@pvf/linux';
import { SIGKILL } from '@pvf/linux/constants';
import type pino from 'pino';

/** What templates cannot do without. */
export interface TemplateHold {
  /** Through which they hand over their clones. */
  readonly channel: DescriptorChannel;
  /** Hangs up when the guard over this worker's processes is no more. */
  readonly guardFd: number;
}

/**
 * Starts the guard over this worker's processes, and makes the channel through which templates hand over their clones.
 *
 * @returns `undefined` where one of them cannot be had: then there can be no templates. Jobs of the worker's own need
 * neither: they cannot fork, and end with the worker because our code has asked for it before any other ran in them
 */
export function prepareForTemplates(log: pino.Logger): TemplateHold | undefined {
  try {
    const guardFd = startGuard();
    return { guardFd, channel: descriptorChannel() };
  } catch (error) {
    log.warn(
      { err: error },
      'the processes of templates cannot be held here: each job loads its artifact itself',
    );
    return undefined;
  }
}

/**
 * Starts the process that kills this worker's process group when the worker ends, however that comes about. The parent
 * death signal does so only for processes that have asked for it, which the job of a template that was taken over need
 * not have done. None can get out of the group, signal the guard, or fork any more once the worker is gone: the filters
 * see to that. It is no child of the worker's, which has none but jobs and templates.
 *
 * To be called before Landlock, which could keep it from signalling.
 *
 * @returns what hangs up at the guard's end: it holds the only other one
 * @throws SandboxError when there are no pidfds (before Linux 5.3) or no more processes; Error when it did not start
 */
function startGuard(): number {
  const worker = pidfdOpen(currentPid());
  // Most hosts start a worker as the leader of one.
  const group = leadProcessGroup();
  const { readFd, writeFd } = pipe();
  const between = forkChild({
    body: () => {
      forkChild({ body: () => guard(worker, group, writeFd) });
      return 0;
    },
  });
  closeDescriptor(worker);
  closeDescriptor(writeFd);
  const { exited } = waitForChild(between);
  if (exited !== 0) throw new Error('the guard could not be started');
  return readFd;
}

/** Waits for the end of the worker. */
function guard(worker: number, group: number, lifeFd: number): never {
  setThreadName('pvf-guard');
  // What ends a whole group may leave others in it: the first process of a namespace, or one that blocks signals. A
  // service that is stopped gets SIGTERM; a group whose parent has gone SIGHUP, and SIGCONT for those that were stopped.
  blockSignals();
  closeAllDescriptorsExcept([worker, lifeFd]);
  poll([{ fd: worker, events: POLLIN, revents: 0 }], Number.POSITIVE_INFINITY);
  // Itself, too.
  killPid(-group, SIGKILL);
  return exitNow(0);
}
