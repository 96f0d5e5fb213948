import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Answer } from './answer.ts';
import type { WorkerKind } from './driver/index.ts';

/** A way to start a worker program by hand. */
export interface CommandLineCase {
  id: string;
  kind: WorkerKind;
  /** `{dir}` stands for an empty folder, `{file}` for a file. */
  args: readonly string[];
}

const TIMEOUT_MS = 30_000;

export function* commandLineCases(): Generator<CommandLineCase> {
  for (const kind of ['prepare', 'execute'] as const) {
    const other = kind === 'prepare' ? 'execute' : 'prepare';
    const command = `${kind}-worker`;
    const connect = ['--socket-path', '{dir}/none', '--worker-dir-path', '{dir}'];
    const all: Record<string, readonly string[]> = {
      'no-argument': [],
      help: ['--help'],
      'help-short': ['-h'],
      version: ['--version'],
      'version-short': ['-v'],
      'full-version': ['--full-version'],
      'check-landlock': ['--check-can-enable-landlock'],
      'check-seccomp': ['--check-can-enable-seccomp'],
      'check-change-root': ['--check-can-unshare-user-namespace-and-change-root', '{dir}'],
      'check-change-root-missing-dir': ['--check-can-unshare-user-namespace-and-change-root', '{dir}/none'],
      'check-change-root-no-dir': ['--check-can-unshare-user-namespace-and-change-root'],
      'check-secure-clone': ['--check-can-do-secure-clone'],
      'test-sleep': ['test-sleep'],
      unknown: ['unknown'],
      'unknown-flag': ['--unknown'],
      'other-worker': [`${other}-worker`],
      'other-worker-connected': [`${other}-worker`, ...connect],
      'no-paths': [command],
      'no-value': [command, '--socket-path'],
      'no-worker-dir': [command, '--socket-path', '{dir}/none'],
      'unknown-option': [command, ...connect, '--unknown', '1'],
      'no-socket': [command, ...connect],
      'socket-is-a-file': [command, '--socket-path', '{file}', '--worker-dir-path', '{dir}'],
      'worker-dir-missing': [command, '--socket-path', '{dir}/none', '--worker-dir-path', '{dir}/none'],
      'another-version': [command, ...connect, '--node-impl-version', 'another'],
    };
    for (const [name, args] of Object.entries(all)) yield { id: `command-line/${kind}/${name}`, kind, args };
  }
}

/**
 * How the program ends and, if that is well, whether it says something. It runs under a shell of its own, because with
 * another version it ends its parent.
 */
export async function onCommandLine(program: string, { args }: CommandLineCase): Promise<Answer> {
  const dir = mkdtempSync(join(tmpdir(), 'pvf-diff-cli-'));
  const file = join(dir, 'file');
  writeFileSync(file, '');
  mkdirSync(join(dir, 'dir'));
  const argv = args.map((arg) => arg.replace('{dir}', join(dir, 'dir')).replace('{file}', file));
  try {
    const { end, stdout, stderr } = await runUnderShell(program, argv);
    const how = end === 'SIGTERM' ? 'ends its parent' : end === 0 ? 'success' : 'failure';
    const lines = stdout.trim() === '' ? 0 : stdout.trim().split('\n').length;
    const variant =
      how === 'success' ? `success, ${lines === 1 ? 'one line' : lines === 0 ? 'silent' : 'text'}` : how;
    return { variant, verdict: 'internal', text: `${end} ${stdout} ${stderr}`.trim() };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function runUnderShell(
  program: string,
  argv: readonly string[],
): Promise<{ end: number | string | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    // Not `exec`: the shell must stay the program's parent.
    const child = spawn('/bin/sh', ['-c', '"$@"; exit $?', 'sh', program, ...argv], {
      env: {},
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.once('close', (code, signal) => resolve({ end: signal ?? code, stdout, stderr }));
  });
}
