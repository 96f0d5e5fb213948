import {
  closeDescriptor,
  discardDescriptors,
  forkChild,
  pipe,
  readFully,
  receiveDescriptor,
} from '@pvf/linux';
import type { RequestArena } from '../across/arena.ts';
import type { CgroupSlot } from '../across/cgroup.ts';
import { forkAs } from '../across/job-user.ts';
import { beforeJob } from '../errors.ts';
import type { JobSettings } from '../job/job-process.ts';
import { endChild } from '../own-children.ts';
import { READY, type TemplateJob, templateMain } from '../template/template-process.ts';
import { MemoryGuard, memoryOf, ownMemory, TemplateMemory } from './memory-guard.ts';
import { CloneGate } from './template-clone.ts';
import { hasHungUp, speaksInTime } from './waiting.ts';

/** The worker's ends of the pipes to a template and its jobs. */
export interface TemplatePipes {
  readonly order: number;
  readonly command: number;
  readonly status: number;
  readonly result: number;
}

/** A template that has loaded its artifact, and how the worker holds it. */
export interface StartedTemplate {
  readonly pid: number;
  readonly procFd: number;
  readonly memory: TemplateMemory;
  readonly pipes: TemplatePipes;
  readonly gate: CloneGate;
  readonly guardFd: number | undefined;
  readonly slot: CgroupSlot | undefined;
}

/** See `Template.start`. */
export function startTemplate(
  settings: JobSettings,
  arena: RequestArena,
  loadLimitNs: number,
  load: (lock: () => void) => TemplateJob,
  hostFd: number | undefined,
): StartedTemplate | undefined {
  const { channel, procFd, guardFd } = settings;
  // Without these the worker could neither hold its clones nor find its jobs.
  if (settings.templateFilters === undefined || channel === undefined || procFd === undefined)
    return undefined;
  if (guardFd !== undefined && hasHungUp(guardFd)) return undefined;
  discardDescriptors(channel);
  const [order, command, status, result] = beforeJob(() => [pipe(), pipe(), pipe(), pipe()] as const);
  const fds = {
    order: order.readFd,
    command: command.readFd,
    status: status.writeFd,
    result: result.writeFd,
    arena: arena.readFd,
  };
  const pipes = {
    order: order.writeFd,
    command: command.writeFd,
    status: status.readFd,
    result: result.readFd,
  };
  const memory = memoryOf(settings);
  const forkedWith = ownMemory(memory);
  const slot = settings.cgroup?.take();
  let pid: number;
  try {
    beforeJob(() => slot?.limitMemory(memory.memoryLimitBytes));
    const body = (): number => {
      slot?.enter();
      return templateMain(settings, fds, load);
    };
    pid = beforeJob(() => forkAs(settings.user, () => forkChild({ body })));
  } catch (error) {
    slot?.release();
    for (const fd of Object.values(pipes)) closeDescriptor(fd);
    throw error;
  } finally {
    for (const fd of [fds.order, fds.command, fds.status, fds.result]) closeDescriptor(fd);
  }
  const loaded = hasLoaded(
    pid,
    status.readFd,
    loadLimitNs,
    new MemoryGuard(pid, { forkedWith }, memory),
    hostFd,
  );
  const listener = receiveDescriptor(channel);
  if (loaded && listener !== undefined) {
    const gate = new CloneGate(listener, status.readFd, pid, procFd);
    return { pid, procFd, memory: new TemplateMemory(pid, forkedWith, memory), pipes, gate, guardFd, slot };
  }
  slot?.release();
  endChild(pid);
  for (const fd of [...Object.values(pipes), ...(listener === undefined ? [] : [listener])])
    closeDescriptor(fd);
  return undefined;
}

function hasLoaded(
  pid: number,
  statusFd: number,
  limitNs: number,
  memory: MemoryGuard,
  hostFd: number | undefined,
): boolean {
  if (!speaksInTime(pid, statusFd, limitNs, memory, hostFd)) return false;
  const byte = new Uint8Array(1);
  return readFully(statusFd, byte) === 1 && byte[0] === READY;
}
