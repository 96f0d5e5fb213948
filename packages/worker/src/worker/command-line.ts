import { WORKER_SPEED_UPS, type WorkerSpeedUp } from '@pvf/protocol';

/** The two kinds of worker program, by the subcommand that the reference's host passes as argv[1]. */
export type WorkerKind = 'prepare' | 'execute';

/** A check that hosts ask a worker program for, as in `--check-NAME`. */
export type CheckName =
  | 'can-enable-landlock'
  | 'can-enable-seccomp'
  | 'can-unshare-user-namespace-and-change-root'
  | 'can-do-secure-clone'
  | 'can-use-cgroup';

/** What a worker program was asked to do. */
export type WorkerCommand =
  | { readonly type: 'help' }
  | { readonly type: 'version' }
  | { readonly type: 'full-version' }
  /** With a directory to change the root to, the checks are made too; with `run`, the program then is a worker. */
  | {
      readonly type: 'capabilities';
      readonly directory: string | undefined;
      readonly run: RunCommand | undefined;
    }
  | { readonly type: 'check'; readonly check: CheckName; readonly directory: string | undefined }
  | { readonly type: 'test-sleep' }
  | RunCommand
  | UsageError;

export interface RunCommand {
  readonly type: 'run';
  readonly socketPath: string;
  readonly workerDirPath: string;
  /** Version of the node that started us; `undefined` when it did not say. */
  readonly nodeVersion: string | undefined;
  /** Execute workers: memory that artifacts which are loaded ahead may take up, in bytes. */
  readonly templateMemoryBytes: number | undefined;
  /** A control group (v2) that the host has made for this worker. */
  readonly cgroupPath: string | undefined;
  /** Execute workers: add an `ExecutionDetail` to each answer. */
  readonly tellsDetail: true | undefined;
  /** Execute workers: offer memory to the host that it may put requests into. */
  readonly sharesMemory: true | undefined;
  /** Speed-ups that are not used; `undefined`: all are. */
  readonly without: readonly WorkerSpeedUp[] | undefined;
  /** Execute workers: the file of an artifact comes when it is asked for (`ARTIFACT_WANTED`). */
  readonly asksForArtifacts: true | undefined;
  /** Start on a Node 24 that was not tested, too. */
  readonly allowUntestedNode: boolean;
}

interface UsageError {
  readonly type: 'usage-error';
  readonly message: string;
}

/**
 * Reads the arguments after the program's name. The reference's host passes exactly these words, in this order, so
 * they are matched by hand: a parser library's abbreviations and `--flag=value` forms would accept more than it does.
 */
export function parseCommandLine(kind: WorkerKind, args: readonly string[]): WorkerCommand {
  const [first, ...rest] = args;
  switch (first) {
    case undefined:
    case '--help':
    case '-h':
      return { type: 'help' };
    case '--version':
    case '-v':
      return { type: 'version' };
    case '--full-version':
      return { type: 'full-version' };
    case '--capabilities':
      return parseCapabilities(kind, rest);
    case '--check-can-enable-landlock':
      return { type: 'check', check: 'can-enable-landlock', directory: undefined };
    case '--check-can-enable-seccomp':
      return { type: 'check', check: 'can-enable-seccomp', directory: undefined };
    case '--check-can-do-secure-clone':
      return { type: 'check', check: 'can-do-secure-clone', directory: undefined };
    case '--check-can-unshare-user-namespace-and-change-root':
      if (rest[0] === undefined) return usageError(`${first} needs a directory to change the root to`);
      return { type: 'check', check: 'can-unshare-user-namespace-and-change-root', directory: rest[0] };
    case '--check-can-use-cgroup':
      if (rest[0] === undefined) return usageError(`${first} needs the directory of a control group`);
      return { type: 'check', check: 'can-use-cgroup', directory: rest[0] };
    case 'test-sleep':
      return { type: 'test-sleep' };
    case `${kind}-worker`:
      return parseRun(kind, rest);
    default:
      return usageError(
        `this is the ${kind} worker; it does not know '${first}' (the subcommand is '${kind}-worker')`,
      );
  }
}

const RUN_FLAGS = ['--socket-path', '--worker-dir-path', '--node-impl-version'];
/** Of our own host, to workers that name it among their capabilities. */
export const TEMPLATE_MEMORY_FLAG = '--template-memory-bytes';
/** Of our own host, likewise. */
export const CGROUP_FLAG = '--cgroup';
/** The same; its value is the version of what is told. */
export const DETAIL_FLAG = '--execution-detail';
/** The same, with the version of what is agreed. */
export const SHARED_MEMORY_FLAG = '--shared-memory';
/** Of our own host, likewise; names with commas between them. */
export const WITHOUT_FLAG = '--without';
/** The same; its value is the version of how it is asked. */
export const ASK_FLAG = '--ask-for-artifacts';
/** Of each, the version that is known. */
const AGREED = { [DETAIL_FLAG]: '1', [ASK_FLAG]: '1', [SHARED_MEMORY_FLAG]: '1' } as const;
/** Without a value; of our own host as well, to workers that say that their Node is not a tested one. */
export const UNTESTED_NODE_FLAG = '--allow-untested-node';

/** Of our own host: what follows is what a worker is started with, and the program goes on as one once it has told. */
const THEN_FLAG = '--then';

function parseCapabilities(kind: WorkerKind, args: readonly string[]): WorkerCommand {
  const at = args.indexOf(THEN_FLAG);
  const directory = at === 0 ? undefined : args[0];
  if (at < 0) return { type: 'capabilities', directory, run: undefined };
  const [subcommand, ...rest] = args.slice(at + 1);
  if (subcommand !== `${kind}-worker`) return usageError(`${THEN_FLAG} is followed by '${kind}-worker'`);
  const run = parseRun(kind, rest);
  return run.type === 'run' ? { type: 'capabilities', directory, run } : run;
}

function parseRun(kind: WorkerKind, given: readonly string[]): RunCommand | UsageError {
  const args = given.filter((word) => word !== UNTESTED_NODE_FLAG);
  const own = kind === 'execute' ? [TEMPLATE_MEMORY_FLAG, ...Object.keys(AGREED)] : [];
  const known = [...RUN_FLAGS, CGROUP_FLAG, WITHOUT_FLAG, ...own];
  const values: Record<string, string | undefined> = {};
  for (let i = 0; i < args.length; i += 2) {
    const flag = args[i]!;
    const value = args[i + 1];
    if (!known.includes(flag)) return usageError(`unexpected argument '${flag}'`);
    if (value === undefined) return usageError(`${flag} needs a value`);
    values[flag] = value;
  }
  const socketPath = values['--socket-path'];
  const workerDirPath = values['--worker-dir-path'];
  if (socketPath === undefined) return usageError('--socket-path is required: the Unix socket of the host');
  if (workerDirPath === undefined)
    return usageError('--worker-dir-path is required: the directory of this worker');
  const memory = values[TEMPLATE_MEMORY_FLAG];
  if (memory !== undefined && !/^\d{1,15}$/.test(memory))
    return usageError(`${TEMPLATE_MEMORY_FLAG} is a number of bytes`);
  for (const [flag, version] of Object.entries(AGREED)) {
    if (values[flag] !== undefined && values[flag] !== version)
      return usageError(`${flag} is known in version ${version} alone`);
  }
  const without = values[WITHOUT_FLAG]?.split(',');
  if (without !== undefined && !without.every(isSpeedUp))
    return usageError(`${WITHOUT_FLAG} knows ${WORKER_SPEED_UPS.join(',')}`);
  return {
    type: 'run',
    socketPath,
    workerDirPath,
    nodeVersion: values['--node-impl-version'],
    templateMemoryBytes: memory === undefined ? undefined : Number(memory),
    tellsDetail: values[DETAIL_FLAG] === undefined ? undefined : true,
    without,
    sharesMemory: values[SHARED_MEMORY_FLAG] === undefined ? undefined : true,
    asksForArtifacts: values[ASK_FLAG] === undefined ? undefined : true,
    allowUntestedNode: args.length < given.length,
    cgroupPath: values[CGROUP_FLAG],
  };
}

function isSpeedUp(name: string): name is WorkerSpeedUp {
  return (WORKER_SPEED_UPS as readonly string[]).includes(name);
}

function usageError(message: string): UsageError {
  return { type: 'usage-error', message };
}

/** The text of `--help`; its first two lines are those of the reference's programs. */
export function helpText(kind: WorkerKind, version: string, commit: string): string {
  return `${kind}-worker ${version}
commit: ${commit}

PVF worker that is started by a host, once per slot: it ${kind === 'prepare' ? 'compiles' : 'executes'} each PVF in a
one-off, isolated job process.

  ${kind}-worker --socket-path PATH --worker-dir-path DIR [--node-impl-version VERSION]${kind === 'execute' ? `\n      [${TEMPLATE_MEMORY_FLAG} N]   memory for loaded PVFs; default a sixteenth of the machine's, at most 1 GiB\n      [${DETAIL_FLAG} ${AGREED[DETAIL_FLAG]}]   tell what the guest said and how much it used behind each answer\n      [${ASK_FLAG} ${AGREED[ASK_FLAG]}]   ask for the file of an artifact that is neither given nor remembered\n      [${SHARED_MEMORY_FLAG} ${AGREED[SHARED_MEMORY_FLAG]}]   take large requests from memory that the host writes to` : ''}
      [${UNTESTED_NODE_FLAG}]   run on a Node 24 that the workers were not tested on
      [${WITHOUT_FLAG} NAME,…]   do without some of ${WORKER_SPEED_UPS.join(',')}
      [${CGROUP_FLAG} DIR]   an empty control group (v2) for this worker, which enforces the limits of its jobs
  --version | --full-version | --help
  --capabilities [DIR]   all that a host asks, one name=value a line; with a directory, the checks too
  --capabilities [DIR] ${THEN_FLAG} ${kind}-worker …   the same, and then a worker
  --check-can-enable-landlock | --check-can-enable-seccomp | --check-can-do-secure-clone
  --check-can-unshare-user-namespace-and-change-root DIR   exit 0, or the reason on stderr
  --check-can-use-cgroup DIR                               of an empty control group; likewise
  test-sleep                                               sleeps 5 s

Give no environment variables but RUST_LOG or PVF_LOG (a log level).
`;
}
