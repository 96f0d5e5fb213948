import {
  allowNothing,
  type CompiledFilter,
  closeAllDescriptorsExcept,
  closeDescriptor,
  type DescriptorChannel,
  forkChild,
  installFilter,
  installSupervisedFilter,
  readFully,
  sendDescriptor,
  setNoNewPrivileges,
  setParentDeathSignal,
  setResourceLimit,
  useHugePages,
  writeAll,
} from '@pvf/linux';
import { SIGKILL } from '@pvf/linux/constants';
import { MAX_TEMPLATES } from '@pvf/protocol';
import { ArenaWindow } from '../across/arena.ts';
import { markBegun } from '../across/beginning.ts';
import { stayJobUser } from '../across/job-user.ts';
import {
  dropCapabilities,
  type JobSettings,
  limitMemory,
  lockCode,
  openMaps,
  readOwnMemory,
  refuseCoreDumps,
} from '../job/job-process.ts';

/** u32 length of the request, u32 CPU limit in seconds; little-endian. */
export const COMMAND_BYTES = 8;
/** What a template says after each call of clone. Nothing depends on what it says. */
const STATUS = new Uint8Array(1);
export const READY = 1;
export const NOT_LOADED = 0;
/**
 * CPU time in seconds that a template gets for its life, loading included: enough for tens of thousands of jobs. It is
 * the hard limit of its jobs too. One that was taken over cannot keep a processor busy for longer.
 */
export const TEMPLATE_CPU_SECONDS = 600;
/** Processes of a worker's user namespace that its templates can bring it to, a belt: each has one job at most. */
const WORKER_PROCESSES = 2 * MAX_TEMPLATES + 16;

/** Descriptors of a template process; the other ends are the worker's. */
export interface TemplateDescriptors {
  /** A byte for each job to be made; when the worker closes it, the template ends. */
  readonly order: number;
  /** Read by the job that waits for a request. */
  readonly command: number;
  readonly status: number;
  /** Inherited by each job. */
  readonly result: number;
  readonly arena: number;
}

/**
 * What each of a template's jobs does.
 *
 * @param request valid in this job only
 * @returns the exit status
 */
export type TemplateJob = (request: Uint8Array, writeFd: number) => number;

/**
 * The life of a template process: gives everything up, loads, locks its code, then forks one job per order. Its jobs
 * are children of the worker, who watches and reaps them; they find all restrictions in place but what only a forking
 * process needs, and give that up first. Each then waits for one command, so that making it costs its request no time.
 *
 * @param load loads what all jobs share; calls `lock` when no machine code has to be made any more
 */
export function templateMain(
  settings: JobSettings,
  fds: TemplateDescriptors,
  load: (lock: () => void) => TemplateJob,
): number {
  stayJobUser(settings.user, settings.namespaces);
  setParentDeathSignal(SIGKILL);
  const mapsFd = settings.templateFilters === undefined ? -1 : openMaps(settings.procFd);
  const own = readOwnMemory(settings.procFd);
  const window = new ArenaWindow(fds.arena);
  const pipes = [fds.order, fds.command, fds.status, fds.result];
  const { channel, templateFilters: filters } = settings;
  const ends = channel === undefined ? [] : [channel.sendFd];
  closeAllDescriptorsExcept(
    [...pipes, ...settings.inertFds, ...ends, ...(mapsFd < 0 ? [] : [mapsFd])],
    settings,
  );
  for (const resource of ['FSIZE', 'MEMLOCK', 'MSGQUEUE'] as const) setResourceLimit(resource, 0);
  refuseCoreDumps();
  setResourceLimit('CPU', TEMPLATE_CPU_SECONDS);
  if (settings.countsProcesses) setResourceLimit('NPROC', WORKER_PROCESSES);
  limitMemory(own, settings.addedDataBytes);
  dropCapabilities(settings);
  setNoNewPrivileges();
  if (channel !== undefined && filters !== undefined) handOver(channel, filters.clone);
  if (settings.landlock) allowNothing(settings.simulatedLandlockAbi);
  setResourceLimit('NOFILE', 0);
  if (filters !== undefined) installFilter(filters.template);
  let job: TemplateJob;
  try {
    job = load(() => {
      // The worker's own memory stays shared with it.
      if (mapsFd >= 0) useHugePages(mapsFd, 'code');
      if (filters !== undefined) lockCode(mapsFd, filters.locked);
    });
  } catch {
    // The worker runs this artifact's requests in jobs of their own, which say what is wrong.
    writeAll(fds.status, Uint8Array.of(NOT_LOADED));
    return 0;
  }
  writeAll(fds.status, Uint8Array.of(READY));

  const order = new Uint8Array(1);
  const command = new Uint8Array(COMMAND_BYTES);
  const body = (): number => {
    enterTemplateJob(settings, fds);
    if (readFully(fds.command, command) !== COMMAND_BYTES) return 0;
    const view = new DataView(command.buffer);
    const cpuSeconds = view.getUint32(4, true);
    beginTemplateJob(settings, fds, cpuSeconds);
    markBegun(fds.result);
    return job(window.request(view.getUint32(0, true)), fds.result);
  };
  while (readFully(fds.order, order) === order.length) {
    try {
      forkChild({ namespaces: settings.namespaces, sibling: true, body });
    } catch {
      // The worker finds no job, and gives this process up.
    }
    writeAll(fds.status, STATUS);
  }
  return 0;
}

/** Has the worker answer this process's calls of clone from now on. */
function handOver(channel: DescriptorChannel, filter: CompiledFilter): void {
  const listener = installSupervisedFilter(filter);
  sendDescriptor(channel, listener);
  closeDescriptor(listener);
  closeDescriptor(channel.sendFd);
}

/** First thing in a template's job: what it can give up before it has a request. */
function enterTemplateJob(settings: JobSettings, fds: TemplateDescriptors): void {
  setParentDeathSignal(SIGKILL);
  closeDescriptor(fds.order);
  closeDescriptor(fds.status);
  setResourceLimit('NPROC', 0);
  if (settings.namespaces.includes('user')) dropCapabilities(settings);
}

/** What is left to give up once it has one. */
function beginTemplateJob(settings: JobSettings, fds: TemplateDescriptors, cpuSeconds: number): void {
  closeDescriptor(fds.command);
  setResourceLimit('CPU', cpuSeconds);
  if (settings.templateFilters !== undefined) installFilter(settings.templateFilters.job);
}
