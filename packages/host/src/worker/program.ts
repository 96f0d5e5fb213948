import { type Stats, statSync } from 'node:fs';
import { HostError, type WorkerKind } from '../errors.ts';
import type { WorkerProgram } from '../types.ts';
import { type Capabilities, parseCapabilities } from './capabilities.ts';
import { type ProgramResult, runProgram } from './run-program.ts';

const MISSING = 'missing';

/** A program that only prints must be done by then, however busy the machine. */
const PROBE_TIMEOUT_MS = 20_000;

/** Of what a program says instead of its version. */
const STDERR_CHARS = 1_000;

/** What a worker says of its limits when nothing is wrong with them. */
const LIMITS_SUFFICE = 'ok';
/** What ends a program that makes a system call which a filter around it kills for. */
const FILTERED = 'SIGSYS';
/** How a launcher begins that cannot even start its Node. */
const LAUNCHER_LIMITS = 'the limits of this process are too low';

/** A worker program that was asked who it is, and what its files looked like then. */
export type ProbedProgram = WorkerProgram & {
  kind: WorkerKind;
  /** See `Capabilities`; empty for programs that do not tell. */
  engine: string;
  /** See `Capabilities`. */
  untestedNode: string | undefined;
  /** See `Capabilities`. */
  recordsArtifacts: boolean;
  /** See `Capabilities`. */
  takesTrial: boolean;
  /** See `Capabilities`. */
  takesCgroup: boolean;
  lost: Readonly<Record<string, string>>;
  /** Answers of the security checks, where they came with the rest. */
  checks: Capabilities['checks'];
  /** See `Capabilities`. */
  hasTemplates: boolean;
  /** See `Capabilities`. */
  tellsDetail: boolean;
  /** See `Capabilities`; 0 for programs that do not ask. */
  remembersArtifacts: number;
  /** See `Capabilities`. */
  sharesMemory: boolean;
  /** See `Capabilities`. */
  speedUps: readonly string[];
  files: readonly string[];
  /** Of all files, before the program was asked. */
  identity: string;
};

/** What a worker program must be. */
export interface ExpectedProgram {
  /** The version that it must report; undefined accepts any. */
  version: string | undefined;
  /** It may run on a Node that it was not tested on. */
  allowUntestedNode: boolean;
}

/** How a program is asked; see `runProgram`. */
export type Ask = (path: string, args: readonly string[], timeoutMs: number) => Promise<ProgramResult>;

/**
 * Asks a worker program for its version, and all else at once if it is one of ours.
 * @param expected see `ExpectedProgram`
 * @param checkDir a directory to change the root to: the security checks are asked for too, where that costs nothing
 * @param ask for all at once
 * @throws HostError WORKER_UNUSABLE, WORKER_VERSION, UNTESTED_NODE
 */
export async function probeProgram(
  kind: WorkerKind,
  path: string,
  { version: expected, allowUntestedNode }: ExpectedProgram,
  checkDir?: string,
  ask: Ask = runProgram,
): Promise<ProbedProgram> {
  const own = fileIdentity(path);
  const args = checkDir === undefined ? ['--capabilities'] : ['--capabilities', checkDir];
  const result = await ask(path, args, PROBE_TIMEOUT_MS);
  // A program of ours that is slow must not pass for one of somebody else: its artifacts would be thrown away.
  // Neither must one that is killed: it would be asked for less, until a worker is needed.
  if (result.timedOut || result.signal) throw unusable(kind, path, '--capabilities', result);
  const capabilities = parseCapabilities(result);
  const { version, fullVersion } = capabilities ?? (await askVersions(kind, path));
  if (expected !== undefined && version !== expected) {
    throw new HostError(
      'WORKER_VERSION',
      { worker: kind, path, found: version, expected },
      `the ${kind} worker ${path} has version ${version}, ${expected} is expected; ` +
        'install the matching worker, or name its version as nodeVersion if it is meant to be used',
    );
  }
  const { node = '', untestedNode, unusableNode } = capabilities ?? {};
  const objection = unusableNode ?? (allowUntestedNode ? undefined : untestedNode);
  if (objection !== undefined) {
    const remedy = unusableNode === undefined ? ', or set allowUntestedNode to run it on this one' : '';
    throw new HostError(
      'UNTESTED_NODE',
      { worker: kind, path, node },
      `the ${kind} worker ${path} does not start: ${objection}; install one of these${remedy}`,
    );
  }
  const limits = capabilities?.limits ?? LIMITS_SUFFICE;
  if (limits !== LIMITS_SUFFICE) throw limitsTooLow(kind, path, limits);
  const {
    engine = '',
    recordsArtifacts = false,
    takesTrial = false,
    takesCgroup = false,
    hasTemplates = false,
    tellsDetail = false,
    remembersArtifacts = 0,
    sharesMemory = false,
    speedUps = [],
    lost = {},
    checks = {},
  } = capabilities ?? {};
  const files = (capabilities?.files ?? []).filter((file) => fileIdentity(file) !== MISSING);
  const identity = [own, ...files.map(fileIdentity)].join();
  return {
    kind,
    path,
    version,
    fullVersion,
    node: capabilities?.node,
    untestedNode,
    engine,
    recordsArtifacts,
    takesTrial,
    takesCgroup,
    hasTemplates,
    tellsDetail,
    remembersArtifacts,
    sharesMemory,
    speedUps,
    lost,
    checks,
    files,
    identity,
  };
}

/** For programs that know only the protocol's flags. */
async function askVersions(
  kind: WorkerKind,
  path: string,
): Promise<Pick<WorkerProgram, 'version' | 'fullVersion'>> {
  const [plain, full] = await Promise.all([
    runProgram(path, ['--version'], PROBE_TIMEOUT_MS),
    runProgram(path, ['--full-version'], PROBE_TIMEOUT_MS),
  ]);
  const version = plain.stdout.trim();
  if (plain.status !== 0 || version === '' || version.includes('\n')) {
    throw unusable(kind, path, '--version', plain);
  }
  return { version, fullVersion: full.status === 0 ? full.stdout.trim() : version };
}

function unusable(
  kind: WorkerKind,
  path: string,
  flag: string,
  { status, signal, timedOut, stderr: all }: ProgramResult,
): HostError<'WORKER_UNUSABLE' | 'LIMITS_TOO_LOW'> {
  const stderr = all.trim().slice(0, STDERR_CHARS);
  if (stderr.startsWith(LAUNCHER_LIMITS)) return limitsTooLow(kind, path, stderr);
  const end = signal ? `ended by ${signal}` : `exit status ${status}`;
  const how = ['', end].includes(stderr) ? end : `${end}: ${stderr}`;
  return new HostError(
    'WORKER_UNUSABLE',
    { worker: kind, path, status, stderr },
    `${path} does not answer ${flag} as a ${kind} worker does (${how}); ${remedyFor(kind, signal, timedOut)}`,
  );
}

function remedyFor(kind: WorkerKind, signal: ProgramResult['signal'], timedOut: boolean): string {
  const allow =
    'allow what it needs (SystemCallFilter= and SystemCallErrorNumber=EPERM of a service, the seccomp profile of a container)';
  if (timedOut)
    return `free this machine of other work, let its user have more threads (LimitNPROC=), or ${allow}`;
  if (signal === FILTERED) return `a system-call filter around this program ends it: ${allow}`;
  return `pass the path of a ${kind} worker as workers.${kind}`;
}

function limitsTooLow(kind: WorkerKind, path: string, limits: string): HostError<'LIMITS_TOO_LOW'> {
  return new HostError(
    'LIMITS_TOO_LOW',
    { worker: kind, path, limits },
    `the limits of this process, which workers inherit, are too low for ${path}: ${limits}. ` +
      'Set them as named there for whatever starts this program',
  );
}

/** Whether a file of the program is not the one that was probed; an in-place upgrade replaces them. */
export function isReplaced({ path, files, identity }: ProbedProgram): boolean {
  return [path, ...files].map(fileIdentity).join() !== identity;
}

function fileIdentity(path: string): string {
  const stats: Stats | undefined = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? MISSING : `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeMs}`;
}

export function isMissing({ path, files }: ProbedProgram): boolean {
  return [path, ...files].some((file) => fileIdentity(file) === MISSING);
}
