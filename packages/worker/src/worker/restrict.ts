import {
  FS_ACCESS,
  type FsAccess,
  installFilter,
  keepMemoryForkable,
  type Namespace,
  openProcDirectory,
  pivotRoot,
  readRss,
  restrictSelf,
  setHostName,
  setNoNewPrivileges,
} from '@pvf/linux';
import type { SecurityStatus } from '@pvf/protocol';
import type pino from 'pino';
import type { WorkerCgroup } from '../across/cgroup.ts';
import { enterNamespaces, type JobUser, jobUser } from '../across/job-user.ts';
import { keepOomScore } from '../across/oom-score.ts';
import { memoryReader } from '../children/memory-guard.ts';
import { messageOf } from '../errors.ts';
import { compileWorkerFilter } from '../filters/syscalls.ts';
import { type JobSettings, prepareJobSettings } from '../job/job-process.ts';
import type { WorkerKind } from './command-line.ts';
import { closeSharedMemory, detachEventLoops } from './event-loop.ts';
import { prepareForTemplates } from './guard.ts';
import { LOG_VARIABLES } from './log.ts';
import { isRefusedRule } from './refused-rule.ts';
import { surveyCalls } from './survey.ts';

/** The host has tried it at its start; something has changed since. */
export const WITHOUT_CGROUP =
  'the control group should work on this machine but does not; going on without it: the memory of jobs is watched only';

/** What a worker knows of itself once it has restricted itself. */
export interface RestrictedWorker {
  /** Where the worker dir is now: `/` (as an empty prefix) after the root was changed. */
  readonly workerDirPath: string;
  readonly job: JobSettings;
  /** Resident bytes of a process of ours; `undefined` when it is gone or /proc could not be kept. */
  readonly readRss: (pid: number) => number | undefined;
  /** Of these, what it has allocated: without the pages of files. */
  readonly readMemory: (pid: number) => number | undefined;
}

/** Set by a shell that the launcher goes through; they carry nothing of the host's environment. */
const SHELL_VARIABLES = ['PWD', 'OLDPWD', 'SHLVL', '_'];
/** In new namespaces of the worker, so that each job need not make them: they hold nothing of a job's. */
const SHARED_BY_JOBS: readonly Namespace[] = ['net', 'ipc', 'uts', 'cgroup'];
/** Per job: its own ids, mounts and process table. */
const OF_EACH_JOB: readonly Namespace[] = ['user', 'mount', 'pid'];
/** What a worker does below the control group that its host has made for it. */
const CGROUP_ACCESS: readonly FsAccess[] = ['read-file', 'write-file', 'make-dir'];

/**
 * Takes from the worker what it does not need, as far as the host says that this machine can do it: environment
 * check, new namespaces with the worker dir as root, Landlock, seccomp (the reference's order). What should work and
 * does not ends the worker in secure mode, and always where it would leave the root half changed.
 *
 * @throws Error with the layer and the reason
 */
export function restrictWorker(
  kind: WorkerKind,
  workerDirPath: string,
  status: SecurityStatus,
  log: pino.Logger,
  given?: WorkerCgroup,
): RestrictedWorker {
  const secure = status.secureValidatorMode;
  const required = (layer: string, run: () => void): boolean => {
    try {
      run();
      return true;
    } catch (error) {
      const message = `${layer} should work on this machine but does not: ${messageOf(error)}`;
      if (secure) throw new Error(message, { cause: error });
      log.error({ err: error }, `${message}; going on without it`);
      return false;
    }
  };

  required('environment', checkEnvironment);
  required('memory of its own', closeSharedMemory);
  const survey = surveyCalls();
  const inertFds = detachEventLoops();
  const procFd = openProc(log);
  if (procFd !== undefined) raiseOomScores(procFd, log);
  let user = chooseJobUser(log);
  let directory = workerDirPath;
  const changeRoot = status.canUnshareUserNamespaceAndChangeRoot;
  if (changeRoot) {
    try {
      user = enterNamespaces(['mount', ...(status.canDoSecureClone ? SHARED_BY_JOBS : [])], user, procFd);
      pivotRoot(workerDirPath, { readOnly: kind === 'execute', noSuid: true, noDev: true, noExec: true });
    } catch (error) {
      const message = `a root directory of its own should work on this machine but does not: ${messageOf(error)}`;
      throw new Error(message, { cause: error });
    }
    if (status.canDoSecureClone) nameHost(log);
    directory = '';
  }
  const cgroup = given === undefined ? undefined : divide(given, log);
  if (survey.keepsCapabilities !== undefined)
    log.warn(
      { reason: survey.keepsCapabilities },
      'jobs keep their capabilities, which the filter makes useless',
    );
  const hold = prepareForTemplates(log);
  const job = prepareJobSettings({
    namespaces: status.canDoSecureClone ? [...OF_EACH_JOB, ...(changeRoot ? [] : SHARED_BY_JOBS)] : [],
    landlock: status.canEnableLandlock,
    seccomp: status.canEnableSeccomp,
    procFd,
    inertFds,
    user,
    channel: status.canEnableSeccomp ? hold?.channel : undefined,
    guardFd: hold?.guardFd,
    inNamespace: changeRoot,
    keepsCapabilities: survey.keepsCapabilities !== undefined,
    cgroup,
  });
  setNoNewPrivileges();
  const landlock =
    status.canEnableLandlock && required('landlock', () => restrictFiles(kind, directory, procFd, cgroup));
  if (status.canEnableSeccomp) required('seccomp', () => installFilter(compileWorkerFilter(job.namespaces)));
  try {
    keepMemoryForkable();
  } catch (error) {
    log.warn({ err: error }, 'no seccomp filters here: about one job in some thousands will die of SIGSEGV');
  }
  return {
    workerDirPath: directory,
    job: { ...job, landlock },
    readRss: (pid) => (procFd === undefined ? undefined : readRss(procFd, pid)),
    readMemory: memoryReader(procFd),
  };
}

/**
 * Landlock for a worker: its directory, /proc and its control group, nothing else. Where no rules can be added and the root is the worker's
 * own, the rights that it needs are left alone instead: there is nothing else that they could be used on.
 */
function restrictFiles(
  kind: WorkerKind,
  directory: string,
  procFd: number | undefined,
  cgroup: WorkerCgroup | undefined,
): void {
  const access: readonly FsAccess[] =
    kind === 'execute'
      ? ['read-file', 'read-dir']
      : ['write-file', 'truncate', 'make-reg', 'read-file', 'read-dir'];
  try {
    restrictSelf({
      rules: [
        { path: directory === '' ? '/' : directory, access },
        ...(procFd === undefined ? [] : [{ fd: procFd, access: ['read-file', 'read-dir'] as const }]),
        ...(cgroup === undefined ? [] : [{ fd: cgroup.fd, access: CGROUP_ACCESS }]),
      ],
    });
  } catch (error) {
    if (!isRefusedRule(error) || directory !== '') throw error;
    const kept = cgroup === undefined ? access : [...access, ...CGROUP_ACCESS];
    restrictSelf({ handledFs: FS_ACCESS.filter((name) => !kept.includes(name)), bestEffort: true });
  }
}

/** A name that says nothing of the machine; that of the machine in its place reveals little. */
function nameHost(log: pino.Logger): void {
  try {
    setHostName('pvf');
  } catch (error) {
    log.warn({ err: error }, 'jobs can see the name of this machine');
  }
}

/** @throws Error naming the variables that a host should not have passed */
function checkEnvironment(): void {
  const allowed: readonly string[] = [...LOG_VARIABLES, ...SHELL_VARIABLES];
  const names = Object.keys(process.env).filter((name) => !allowed.includes(name));
  if (names.length > 0)
    throw new Error(`not all environment variables were cleared by the host: ${names.join(', ')}`);
}

function chooseJobUser(log: pino.Logger): JobUser | undefined {
  try {
    return jobUser();
  } catch (error) {
    log.warn({ err: error }, 'jobs cannot be another user than this worker');
    return undefined;
  }
}

function divide(cgroup: WorkerCgroup, log: pino.Logger): WorkerCgroup | undefined {
  try {
    cgroup.divide();
    return cgroup;
  } catch (error) {
    log.error({ err: error }, WITHOUT_CGROUP);
    return undefined;
  }
}

function raiseOomScores(procFd: number, log: pino.Logger): void {
  try {
    keepOomScore(procFd);
  } catch (error) {
    log.warn({ err: error }, 'jobs cannot be made the first to end when memory runs out');
  }
}

function openProc(log: pino.Logger): number | undefined {
  try {
    return openProcDirectory();
  } catch (error) {
    log.warn({ err: error }, '/proc cannot be opened: memory of jobs is limited by the kernel alone');
    return undefined;
  }
}
