import {
  allowNothing,
  closeAllDescriptorsExcept,
  closeDescriptor,
  dropAllCapabilities,
  forkChild,
  installFilter,
  readFully,
  setNoNewPrivileges,
  setParentDeathSignal,
  setResourceLimit,
  useHugePages,
  writeAll,
} from '@pvf/sandbox-linux';
import { ArenaWindow } from './arena.ts';
import { type JobSettings, limitMemory, lockCode, openMaps, readOwnMemory } from './job-process.ts';
import { stayJobUser } from './job-user.ts';

const SIGKILL = 9;
/** u32 length of the request, u32 CPU limit in seconds; little-endian. */
export const COMMAND_BYTES = 8;
/** i32 pid of the job, or a negative number when none could be made; little-endian. */
export const STATUS_BYTES = 4;
export const READY = 1;
export const NOT_LOADED = 0;

/** Descriptors of a template process; the other ends are the worker's. */
export interface TemplateDescriptors {
  readonly command: number;
  readonly status: number;
  /** Inherited by each job. */
  readonly result: number;
  readonly arena: number;
}

/** What a template runs for each request: `request` is valid in that job only. */
export type TemplateJob = (request: Uint8Array, writeFd: number) => number;

/**
 * The life of a template process: gives everything up, loads, locks its code, then forks one job per command. Its jobs
 * are children of the worker, who watches and reaps them; they find all restrictions in place but what only a forking
 * process needs, and give that up first. Ends when the worker closes the command pipe.
 *
 * @param load loads what all jobs share; calls `lock` when no machine code has to be made any more
 */
export function templateMain(
  settings: JobSettings,
  fds: TemplateDescriptors,
  load: (lock: () => void) => TemplateJob,
): number {
  stayJobUser(settings.user);
  setParentDeathSignal(SIGKILL);
  const mapsFd = settings.templateFilters === undefined ? -1 : openMaps(settings.procFd);
  const own = readOwnMemory(settings.procFd);
  const window = new ArenaWindow(fds.arena);
  const pipes = [fds.command, fds.status, fds.result];
  closeAllDescriptorsExcept([...pipes, ...settings.inertFds, ...(mapsFd < 0 ? [] : [mapsFd])]);
  for (const resource of ['FSIZE', 'CORE', 'MEMLOCK', 'MSGQUEUE'] as const) setResourceLimit(resource, 0);
  limitMemory(own, settings.addedDataBytes);
  dropAllCapabilities({ boundingSet: false });
  setNoNewPrivileges();
  if (settings.landlock) allowNothing(settings.simulatedLandlockAbi);
  setResourceLimit('NOFILE', 0);
  const filters = settings.templateFilters;
  if (filters !== undefined) installFilter(filters.template);
  let job: TemplateJob;
  try {
    job = load(() => {
      if (mapsFd >= 0) useHugePages(mapsFd);
      if (filters !== undefined) lockCode(mapsFd, filters.locked);
    });
  } catch {
    // The worker runs this artifact's requests in jobs of their own, which say what is wrong.
    writeAll(fds.status, Uint8Array.of(NOT_LOADED));
    return 0;
  }
  writeAll(fds.status, Uint8Array.of(READY));

  const command = new Uint8Array(COMMAND_BYTES);
  const commandView = new DataView(command.buffer);
  const status = new Uint8Array(STATUS_BYTES);
  const statusView = new DataView(status.buffer);
  while (readFully(fds.command, command) === COMMAND_BYTES) {
    const length = commandView.getUint32(0, true);
    const cpuSeconds = commandView.getUint32(4, true);
    const body = (): number => {
      enterTemplateJob(settings, fds, cpuSeconds);
      return job(window.request(length), fds.result);
    };
    let pid: number;
    try {
      pid = forkChild({ namespaces: settings.namespaces, sibling: true, body });
    } catch {
      pid = -1;
    }
    statusView.setInt32(0, pid, true);
    writeAll(fds.status, status);
  }
  return 0;
}

/** First thing in a template's job: what is left to give up. */
function enterTemplateJob(settings: JobSettings, fds: TemplateDescriptors, cpuSeconds: number): void {
  setParentDeathSignal(SIGKILL);
  closeDescriptor(fds.command);
  closeDescriptor(fds.status);
  setResourceLimit('CPU', cpuSeconds);
  setResourceLimit('NPROC', 0);
  if (settings.namespaces.includes('user')) dropAllCapabilities({ boundingSet: false });
  if (settings.templateFilters !== undefined) installFilter(settings.templateFilters.job);
}
