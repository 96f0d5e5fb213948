import {
  closeDescriptor,
  exitNow,
  forkChild,
  POLLIN,
  pipe,
  poll,
  receiveDescriptor,
} from '@pvf/sandbox-linux';
import { forkAs } from '../../src/across/job-user.ts';
import { followJob, type JobLimits } from '../../src/children/job.ts';
import { type JobReport, RequestArena } from '../../src/index.ts';
import type { JobSettings } from '../../src/job/job-process.ts';
import { templateMain } from '../../src/template/template-process.ts';

/**
 * Runs code in a template process itself, of which nobody has ordered anything and whose clones nobody answers: as when the
 * worker is gone.
 * @param attack gets what locks the template's code, and where to write its result; its value is the exit status
 */
export function runInTemplate(
  job: JobSettings,
  limits: JobLimits,
  attack: (lock: () => void, resultFd: number) => number,
): JobReport {
  const [order, command, status, result] = [pipe(), pipe(), pipe(), pipe()];
  const arena = new RequestArena(job.procFd);
  const fds = {
    order: order.readFd,
    command: command.readFd,
    status: status.writeFd,
    result: result.writeFd,
    arena: arena.readFd,
  };
  const body = (): number => templateMain(job, fds, (lock) => exitNow(attack(lock, fds.result)));
  const pid = forkAs(job.user, () => forkChild({ body }));
  for (const fd of [order.readFd, command.readFd, status.writeFd, result.writeFd]) closeDescriptor(fd);
  poll([{ fd: job.channel!.receiveFd, events: POLLIN, revents: 0 }], Number.POSITIVE_INFINITY);
  closeDescriptor(receiveDescriptor(job.channel!)!);
  try {
    return followJob(pid, result.readFd, limits);
  } finally {
    const ends = [order.writeFd, command.writeFd, status.readFd, result.readFd, arena.readFd];
    for (const fd of ends) closeDescriptor(fd);
  }
}
