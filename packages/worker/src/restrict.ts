import type { SecurityStatus } from '@pvf/protocol';
import {
  installFilter,
  keepMemoryForkable,
  type Namespace,
  openProcDirectory,
  pivotRoot,
  readAnonymousRss,
  readRss,
  restrictSelf,
  setHostName,
  setNoNewPrivileges,
} from '@pvf/sandbox-linux';
import type pino from 'pino';
import type { WorkerKind } from './command-line.ts';
import { detachEventLoops } from './event-loop.ts';
import { type JobSettings, prepareJobSettings } from './job-process.ts';
import { enterNamespaces, type JobUser, jobUser } from './job-user.ts';
import { LOG_VARIABLES } from './log.ts';
import { compileWorkerFilter } from './syscalls.ts';

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
): RestrictedWorker {
  const secure = status.secureValidatorMode;
  const required = (layer: string, run: () => void): void => {
    try {
      run();
    } catch (error) {
      const message = `${layer} should work on this machine but does not: ${error instanceof Error ? error.message : error}`;
      if (secure) throw new Error(message, { cause: error });
      log.error({ err: error }, `${message}; going on without it`);
    }
  };

  required('environment', checkEnvironment);
  const inertFds = detachEventLoops();
  const procFd = openProc(log);
  let user = chooseJobUser(log);
  let directory = workerDirPath;
  const changeRoot = status.canUnshareUserNamespaceAndChangeRoot;
  if (changeRoot) {
    user = enterNamespaces(['mount', ...(status.canDoSecureClone ? SHARED_BY_JOBS : [])], user, procFd);
    if (status.canDoSecureClone) setHostName('pvf');
    pivotRoot(workerDirPath, { readOnly: kind === 'execute', noSuid: true, noDev: true, noExec: true });
    directory = '';
  }
  const job = prepareJobSettings({
    namespaces: status.canDoSecureClone ? [...OF_EACH_JOB, ...(changeRoot ? [] : SHARED_BY_JOBS)] : [],
    landlock: status.canEnableLandlock,
    seccomp: status.canEnableSeccomp,
    procFd,
    inertFds,
    user,
    inNamespace: changeRoot,
  });
  setNoNewPrivileges();
  if (status.canEnableLandlock) {
    required('landlock', () => {
      const file =
        kind === 'execute'
          ? (['read-file'] as const)
          : (['write-file', 'truncate', 'make-reg', 'read-file'] as const);
      restrictSelf({
        rules: [
          { path: directory === '' ? '/' : directory, access: [...file, 'read-dir'] },
          ...(procFd === undefined ? [] : [{ fd: procFd, access: ['read-file', 'read-dir'] as const }]),
        ],
      });
    });
  }
  if (status.canEnableSeccomp) required('seccomp', () => installFilter(compileWorkerFilter()));
  try {
    keepMemoryForkable();
  } catch (error) {
    log.warn({ err: error }, 'no seccomp filters here: about one job in some thousands will die of SIGSEGV');
  }
  return {
    workerDirPath: directory,
    job,
    readRss: (pid) => (procFd === undefined ? undefined : readRss(procFd, pid)),
    readMemory: (pid) => (procFd === undefined ? undefined : readAnonymousRss(procFd, pid)),
  };
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

function openProc(log: pino.Logger): number | undefined {
  try {
    return openProcDirectory();
  } catch (error) {
    log.warn({ err: error }, '/proc cannot be opened: memory of jobs is limited by the kernel alone');
    return undefined;
  }
}
