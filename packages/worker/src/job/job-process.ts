import { release } from 'node:os';
import {
  allowNothing,
  type CompiledFilter,
  closeAllDescriptorsExcept,
  closeDescriptor,
  type DescriptorChannel,
  dropAllCapabilities,
  getResourceLimit,
  installFilter,
  lockExecutableMemory,
  type Namespace,
  open,
  openOwnMaps,
  readInto,
  setDumpable,
  setNoNewPrivileges,
  setParentDeathSignal,
  setResourceLimit,
} from '@pvf/linux';
import { SIGKILL } from '@pvf/linux/constants';
import { ArenaWindow } from '../across/arena.ts';
import type { WorkerCgroup } from '../across/cgroup.ts';
import { type JobUser, stayJobUser } from '../across/job-user.ts';
import {
  compileJobFilters,
  compileTemplateFilters,
  type JobFilters,
  type TemplateFilters,
} from '../filters/syscalls.ts';

/**
 * With a limit of 0 the kernel writes no core file, but still starts the program that a piped kernel.core_pattern names,
 * as root, with all that was in the job's memory; with 1 it does neither (fs/coredump.c).
 */
const NO_CORE_DUMP = 1;
const NS_PER_SECOND = 1e9;
/**
 * The kernel's own limit of CPU time is only the belt, and a wide one: it counts in timer ticks, among them those in
 * which the hypervisor ran somebody else, where the budget is in time that was really used. It stays behind the wall
 * clock of the host, which gives a job four times its budget: a tighter one kills jobs that are within theirs.
 */
const CPU_LIMIT_FACTOR = 4;
const CPU_LIMIT_MARGIN_SECONDS = 2;
/**
 * Address space that a job may add: V8 reserves 10 GiB per wasm memory. Bounds what page tables can grow to (1/512 of
 * it), which no other limit counts.
 */
const ADDED_ADDRESS_SPACE_BYTES = 64 * 1024 ** 3;
const PAGE_BYTES = 4096;

/** How each job of a worker is isolated; fixed when the worker has restricted itself. */
export interface JobSettings {
  /** New namespaces of each job. */
  readonly namespaces: readonly Namespace[];
  readonly landlock: boolean;
  /** `undefined`: this machine has no seccomp filters. */
  readonly filters: JobFilters | undefined;
  /** For jobs that a template forks. */
  readonly templateFilters: TemplateFilters | undefined;
  /** How templates hand the worker the say over their clones; `undefined`: there can be no templates. */
  readonly channel: DescriptorChannel | undefined;
  /** Hangs up when nobody would end templates and their jobs with the worker any more. */
  readonly guardFd?: number | undefined;
  /** The worker's processes are counted by themselves, not with all others of the same user. */
  readonly countsProcesses: boolean;
  /** The kept /proc directory of the worker. */
  readonly procFd: number | undefined;
  /** Of jobs and templates, when the worker is root. */
  readonly user: JobUser | undefined;
  /** There is no way to drop capabilities here. */
  readonly keepsCapabilities: boolean;
  /** Lead nowhere; V8 writes to them in jobs too (`event-loop.ts`). */
  readonly inertFds: readonly number[];
  /** Where the control groups of jobs and templates are made; `undefined`: the host has given none. */
  readonly cgroup?: WorkerCgroup | undefined;
  /** Private memory in bytes that a job may add to what it was forked with; no limit when absent. */
  readonly addedDataBytes?: number;
  /** As if the kernel had only this Landlock ABI; for tests. */
  readonly simulatedLandlockAbi?: number;
}

/** Everything of a job's isolation that can be computed before it is forked. */
export function prepareJobSettings(options: {
  readonly namespaces: readonly Namespace[];
  readonly landlock: boolean;
  readonly seccomp: boolean;
  readonly procFd: number | undefined;
  readonly inertFds: readonly number[];
  readonly user: JobUser | undefined;
  readonly channel: DescriptorChannel | undefined;
  readonly guardFd: number | undefined;
  /** The worker has a user namespace of its own. */
  readonly inNamespace: boolean;
  readonly keepsCapabilities: boolean;
  readonly cgroup: WorkerCgroup | undefined;
}): JobSettings {
  return {
    namespaces: options.namespaces,
    landlock: options.landlock,
    filters: options.seccomp ? compileJobFilters() : undefined,
    templateFilters: options.seccomp ? compileTemplateFilters(options.namespaces) : undefined,
    countsProcesses: options.user !== undefined || (options.inNamespace && limitsPerNamespace()),
    procFd: options.procFd,
    inertFds: options.inertFds,
    user: options.user,
    keepsCapabilities: options.keepsCapabilities,
    channel: options.channel,
    guardFd: options.guardFd,
    cgroup: options.cgroup,
  };
}

/** RLIMIT_NPROC counts per user namespace since Linux 5.14 (kernel/ucount.c). */
function limitsPerNamespace(): boolean {
  const [major = 0, minor = 0] = release()
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  return major > 5 || (major === 5 && minor >= 14);
}

export interface EnteredJob {
  /** Where the request is; `undefined` without an arena. */
  readonly window: ArenaWindow | undefined;
  /** Takes the permission to make machine code away (W^X), for good; to be called before the guest runs. */
  readonly lock: () => void;
}

/**
 * First thing in a job process: gives everything up but the pipe and the request. The order matters: descriptors while
 * /proc can be reached, then limits and privileges, Landlock, and the system calls last.
 *
 * @param cpuLimitNs the job's CPU budget in nanoseconds
 * @param arenaFd where the request lies
 * @throws SandboxError: the job must end without having touched untrusted input
 */
export function enterJob(
  settings: JobSettings,
  writeFd: number,
  cpuLimitNs: number,
  arenaFd?: number,
): EnteredJob {
  stayJobUser(settings.user, settings.namespaces);
  setParentDeathSignal(SIGKILL);
  const window = arenaFd === undefined ? undefined : new ArenaWindow(arenaFd);
  const mapsFd = settings.filters === undefined ? -1 : openMaps(settings.procFd);
  const own = readOwnMemory(settings.procFd);
  closeAllDescriptorsExcept([writeFd, ...settings.inertFds, ...(mapsFd < 0 ? [] : [mapsFd])], settings);
  setResourceLimit('CPU', kernelCpuSeconds(cpuLimitNs));
  // No file content, process, core dump, locked memory, or message queue.
  setResourceLimit('FSIZE', 0);
  setResourceLimit('NPROC', 0);
  refuseCoreDumps();
  setResourceLimit('MEMLOCK', 0);
  setResourceLimit('MSGQUEUE', 0);
  limitMemory(own, settings.addedDataBytes);
  if (settings.namespaces.includes('user') || process.getuid!() === 0) dropCapabilities(settings);
  setNoNewPrivileges();
  if (settings.landlock) allowNothing(settings.simulatedLandlockAbi);
  // After Landlock, which needs a descriptor for its ruleset.
  setResourceLimit('NOFILE', 0);
  const { filters } = settings;
  if (filters === undefined) return { window, lock: () => {} };
  installFilter(filters.job);
  return { window, lock: () => lockCode(mapsFd, filters.locked) };
}

/** What a filter around the worker does not let a process give up (`survey.ts`) is left to the job's own filter. */
export function dropCapabilities({ keepsCapabilities }: JobSettings): void {
  if (!keepsCapabilities) dropAllCapabilities({ boundingSet: false });
}

/** Takes the write permission from all machine code, then installs filters that keep it so. Closes `mapsFd`. */
export function lockCode(mapsFd: number, filters: readonly CompiledFilter[]): void {
  if (mapsFd >= 0) {
    lockExecutableMemory(mapsFd);
    closeDescriptor(mapsFd);
  }
  for (const filter of filters) installFilter(filter);
}

/** This process's memory map, to be opened while /proc can be reached; -1 when it cannot. */
export function openMaps(procFd: number | undefined): number {
  try {
    return openOwnMaps(procFd);
  } catch {
    return -1;
  }
}

const statm = Buffer.alloc(256);

/** Sizes of this process, in bytes. */
export interface OwnMemory {
  readonly addressSpace: number;
  /** What RLIMIT_DATA counts, and the stack. */
  readonly data: number;
}

/** To be read while /proc can be reached; `undefined` when it cannot. */
export function readOwnMemory(procFd: number | undefined): OwnMemory | undefined {
  let fd = -1;
  try {
    fd = procFd === undefined ? open('/proc/self/statm', 0) : open('self/statm', 0, procFd);
    const pages = statm.toString('latin1', 0, readInto(fd, statm)).split(' ').map(Number);
    return { addressSpace: pages[0]! * PAGE_BYTES, data: pages[5]! * PAGE_BYTES };
  } catch {
    return undefined;
  } finally {
    if (fd >= 0) closeDescriptor(fd);
  }
}

/** The kernel's own bounds on memory, which hold whatever the process does; far above what honest jobs need. */
export function limitMemory(own: OwnMemory | undefined, addedDataBytes: number | undefined): void {
  if (own === undefined) return;
  setResourceLimit('AS', own.addressSpace + ADDED_ADDRESS_SPACE_BYTES);
  if (addedDataBytes !== undefined) setResourceLimit('DATA', own.data + addedDataBytes);
}

/** To be called when /proc is not needed any more: its own files there may be root's afterwards. */
export function refuseCoreDumps(): void {
  if (getResourceLimit('CORE').hard >= NO_CORE_DUMP) {
    setResourceLimit('CORE', NO_CORE_DUMP);
    return;
  }
  // A service's limit of 0 cannot be raised; who is not dumpable has no core at all.
  setResourceLimit('CORE', 0);
  setDumpable(false);
}

/** What RLIMIT_CPU of a job is set to, for a budget in nanoseconds. */
export function kernelCpuSeconds(cpuLimitNs: number): number {
  return Math.ceil((CPU_LIMIT_FACTOR * cpuLimitNs) / NS_PER_SECOND) + CPU_LIMIT_MARGIN_SECONDS;
}
