import {
  allowNothing,
  closeAllDescriptorsExcept,
  closeDescriptor,
  dropAllCapabilities,
  installFilter,
  lockExecutableMemory,
  type Namespace,
  openOwnMaps,
  setNoNewPrivileges,
  setParentDeathSignal,
  setResourceLimit,
} from '@pvf/sandbox-linux';
import { compileJobFilters, type JobFilters } from './syscalls.ts';

const SIGKILL = 9;
const NS_PER_SECOND = 1e9;
/** Beyond the CPU budget that the worker enforces; the kernel's own limit is only the belt. */
const CPU_LIMIT_MARGIN_SECONDS = 2;

/** How each job of a worker is isolated; fixed when the worker has restricted itself. */
export interface JobSettings {
  /** New namespaces of each job. */
  readonly namespaces: readonly Namespace[];
  readonly landlock: boolean;
  /** `undefined`: this machine has no seccomp filters. */
  readonly filters: JobFilters | undefined;
  /** The kept /proc directory of the worker. */
  readonly procFd: number | undefined;
}

export function prepareJobSettings(options: {
  readonly namespaces: readonly Namespace[];
  readonly landlock: boolean;
  readonly seccomp: boolean;
  readonly procFd: number | undefined;
}): JobSettings {
  return {
    namespaces: options.namespaces,
    landlock: options.landlock,
    filters: options.seccomp ? compileJobFilters() : undefined,
    procFd: options.procFd,
  };
}

/**
 * First thing in a job process: gives everything up but the pipe. The order matters: descriptors while /proc can be
 * reached, then limits and privileges, Landlock, and the system calls last.
 *
 * @param cpuLimitNs the job's CPU budget in nanoseconds
 * @returns takes the permission to make machine code away (W^X), for good; call it before the guest runs
 * @throws SandboxError: the job must end without having touched untrusted input
 */
export function enterJob(settings: JobSettings, writeFd: number, cpuLimitNs: number): () => void {
  setParentDeathSignal(SIGKILL);
  const mapsFd = settings.filters === undefined ? -1 : openMaps(settings.procFd);
  closeAllDescriptorsExcept(mapsFd < 0 ? [writeFd] : [writeFd, mapsFd]);
  const cpuSeconds = Math.ceil(cpuLimitNs / NS_PER_SECOND) + CPU_LIMIT_MARGIN_SECONDS;
  setResourceLimit('CPU', cpuSeconds);
  // No file content, process, core dump, locked memory, or message queue.
  setResourceLimit('FSIZE', 0);
  setResourceLimit('NPROC', 0);
  setResourceLimit('CORE', 0);
  setResourceLimit('MEMLOCK', 0);
  setResourceLimit('MSGQUEUE', 0);
  if (settings.namespaces.includes('user') || process.getuid!() === 0)
    dropAllCapabilities({ boundingSet: false });
  setNoNewPrivileges();
  if (settings.landlock) allowNothing();
  // After Landlock, which needs a descriptor for its ruleset.
  setResourceLimit('NOFILE', 0);
  const { filters } = settings;
  if (filters === undefined) return () => {};
  installFilter(filters.job);
  return () => {
    if (mapsFd >= 0) {
      lockExecutableMemory(mapsFd);
      closeDescriptor(mapsFd);
    }
    for (const filter of filters.locked) installFilter(filter);
  };
}

function openMaps(procFd: number | undefined): number {
  try {
    return openOwnMaps(procFd);
  } catch {
    return -1;
  }
}
