import { type Stats, statSync } from 'node:fs';
import { HostError, type WorkerKind } from '../errors.ts';
import type { WorkerProgram } from '../types.ts';
import { runProgram } from './run-program.ts';

const MISSING = 'missing';

/** A program that only prints must be done by then, however busy the machine. */
const PROBE_TIMEOUT_MS = 20_000;

/** Of what a program says instead of its version. */
const STDERR_CHARS = 1_000;

/** A worker program that was asked who it is, and what its file looked like then. */
export type ProbedProgram = WorkerProgram & {
  kind: WorkerKind;
  /** What `--capabilities` prints; empty for programs that do not know the flag. */
  capabilities: string;
  file: string;
};

/**
 * Asks a worker program for its version, and for its engine if it is one of ours.
 * @param expected the version that it must have; undefined accepts any
 * @throws HostError WORKER_UNUSABLE, WORKER_VERSION
 */
export async function probeProgram(
  kind: WorkerKind,
  path: string,
  expected: string | undefined,
): Promise<ProbedProgram> {
  const file = fileIdentity(path);
  const [version, full, capabilities] = await Promise.all(
    ['--version', '--full-version', '--capabilities'].map((flag) =>
      runProgram(path, [flag], PROBE_TIMEOUT_MS),
    ),
  );
  const found = version?.stdout.trim() ?? '';
  if (version === undefined || version.status !== 0 || found === '' || found.includes('\n')) {
    const status = version?.status ?? null;
    const stderr = version?.stderr.trim().slice(0, STDERR_CHARS) ?? '';
    throw new HostError(
      'WORKER_UNUSABLE',
      { worker: kind, path, status, stderr },
      `${path} does not answer --version as a ${kind} worker does (exit status ${status}${stderr && `: ${stderr}`}); ` +
        `pass the path of a ${kind} worker as workers.${kind}`,
    );
  }
  if (expected !== undefined && found !== expected) {
    throw new HostError(
      'WORKER_VERSION',
      { worker: kind, path, found, expected },
      `the ${kind} worker ${path} has version ${found}, ${expected} is expected; ` +
        'install the matching worker, or name its version as nodeVersion if it is meant to be used',
    );
  }
  const fullVersion = full?.status === 0 ? full.stdout.trim() : found;
  return {
    kind,
    path,
    version: found,
    fullVersion,
    capabilities: capabilities?.status === 0 ? capabilities.stdout.trim() : '',
    file,
  };
}

/** Whether the file is still the one that was probed; an in-place upgrade replaces it. */
export function isReplaced(program: ProbedProgram): boolean {
  return fileIdentity(program.path) !== program.file;
}

function fileIdentity(path: string): string {
  const stats: Stats | undefined = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? MISSING : `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeMs}`;
}

export function isMissing(program: ProbedProgram): boolean {
  return fileIdentity(program.path) === MISSING;
}
