import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import os from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { isatty } from 'node:tty';
import { invalidArgument, SandboxError } from '@pvf/linux';
import {
  CONTROL_FD,
  encodeMessage,
  type LauncherMessage,
  type LauncherRequest,
  LENGTH_BYTES,
  type SandboxEnd,
} from '../launcher/protocol.ts';
import { checkPolicy, withAbsolutePaths } from '../policy/check.ts';
import type { LayerOutcome, Policy } from '../policy/types.ts';
import { environmentOf } from './environment.ts';
import { launcherCommand } from './launcher-command.ts';

/** How a program is started; everything has a default. */
export interface SpawnOptions {
  /** The program's standard input, output and error: as in node:child_process, pipes by default. */
  readonly stdio?: 'pipe' | 'inherit' | 'ignore' | readonly [StdioOption, StdioOption, StdioOption];
  /** Working directory, as the sandbox sees it; the caller's by default. */
  readonly cwd?: string;
  /** Ends the sandbox (SIGKILL) when it is aborted. */
  readonly signal?: AbortSignal;
  /** Behave as a kernel with this older Landlock ABI would make us. */
  readonly landlockAbi?: number;
  /** Do without naming refused system calls, as on a kernel before 5.0. */
  readonly unsupervised?: boolean;
  /** Do without cgroups, as where none are delegated: limits are measured. */
  readonly withoutCgroups?: boolean;
}

type StdioOption = 'pipe' | 'inherit' | 'ignore' | number;

/** A program in a sandbox. */
export interface SandboxedProcess {
  /** The program's; null unless it is a pipe. */
  readonly stdin: Writable | null;
  /** The program's; null unless it is a pipe. */
  readonly stdout: Readable | null;
  /** The program's; null unless it is a pipe. */
  readonly stderr: Readable | null;
  /** The pid of the launcher, which is the sandbox's root in the process tree. */
  readonly pid: number | undefined;
  /** What is enforced, once the program is about to be executed; rejects if it never is. */
  readonly started: Promise<readonly LayerOutcome[]>;
  /** How it ended. Never rejects. */
  readonly ended: Promise<SandboxEnd>;
  /** Sends the program a signal (`SIGTERM` by default; SIGKILL ends the program and with it the sandbox). */
  kill(signal?: NodeJS.Signals): void;
}

/**
 * Runs a program in a sandbox of its own. Nothing of the policy degrades silently: what cannot be enforced is an error
 * (`sandbox-failed` with LAYER_UNAVAILABLE) or, where the policy says best effort, in the outcomes. When the program
 * ends, all that it started ends; when the caller ends, the program does.
 * @param program a path, or a name to look up in the program's PATH
 * @throws SandboxError INVALID_ARGUMENT, UNSUPPORTED_PLATFORM
 */
export function spawnSandboxed(
  program: string,
  args: readonly string[],
  policy: Policy,
  options: SpawnOptions = {},
): SandboxedProcess {
  if (process.platform !== 'linux') {
    throw new SandboxError('UNSUPPORTED_PLATFORM', { platform: process.platform }, 'sandboxes need Linux');
  }
  for (const text of [program, ...args])
    if (text.includes('\0')) invalidArgument('args', JSON.stringify(text), 'it contains a NUL byte');
  checkPolicy(policy);
  // Whatever is wrong with it comes before there is a process.
  const absolute = withAbsolutePaths(policy);
  const env = environmentOf(policy.environment);
  const command = launcherCommand();
  const stdio = stdioOf(options.stdio);
  const launcher = spawn(command.node, command.args, {
    stdio: [...stdio, 'pipe'] as StdioOptions,
    // A terminal signals the program itself, and it must stay in the terminal's session. Elsewhere a signal to the
    // caller's process group is the caller's to hand on: otherwise the program would get it twice.
    detached: !stdio.some(isTerminal),
    env: {},
    cwd: '/',
  });
  const control = new Control(launcher);
  control.send({
    type: 'run',
    program,
    args,
    env,
    cwd: options.cwd ?? process.cwd(),
    policy: absolute,
    ...(options.landlockAbi === undefined ? {} : { landlockAbi: options.landlockAbi }),
    ...(options.unsupervised === true ? { noNotify: true } : {}),
    ...(options.withoutCgroups === true ? { noCgroup: true } : {}),
  });
  const kill = (signal: NodeJS.Signals = 'SIGTERM'): void => {
    const number =
      os.constants.signals[signal] ?? invalidArgument('signal', signal, 'a signal name such as SIGTERM');
    control.send({ type: 'signal', signal: number });
  };
  const abort = (): void => kill('SIGKILL');
  if (options.signal?.aborted === true) abort();
  options.signal?.addEventListener('abort', abort, { once: true });
  void control.ended.then(() => options.signal?.removeEventListener('abort', abort));
  return {
    stdin: launcher.stdin,
    stdout: launcher.stdout,
    stderr: launcher.stderr,
    pid: launcher.pid,
    started: control.started,
    ended: control.ended,
    kill,
  };
}

function stdioOf(stdio: SpawnOptions['stdio']): readonly StdioOption[] {
  if (stdio === undefined) return ['pipe', 'pipe', 'pipe'];
  return typeof stdio === 'string' ? [stdio, stdio, stdio] : stdio;
}

/** True if a terminal is what the program will have there. */
function isTerminal(entry: StdioOption, fd: number): boolean {
  return isatty(typeof entry === 'number' ? entry : entry === 'inherit' ? fd : -1);
}

/** The caller's end of the launcher's control channel. */
class Control {
  readonly started: Promise<readonly LayerOutcome[]>;
  readonly ended: Promise<SandboxEnd>;
  readonly #stream: Readable & Writable;
  #pending = Buffer.alloc(0);
  #onStarted: (outcomes: readonly LayerOutcome[]) => void = () => {};
  #onNotStarted: (error: Error) => void = () => {};
  #end: SandboxEnd | undefined;
  #closed = false;

  constructor(launcher: ChildProcess) {
    this.#stream = launcher.stdio[CONTROL_FD] as Readable & Writable;
    this.started = new Promise((resolve, reject) => {
      this.#onStarted = resolve;
      this.#onNotStarted = reject;
    });
    // who waits for `ended` only must not be told by an unhandled rejection
    this.started.catch(() => {});
    this.#stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#stream.on('error', () => {});
    this.ended = new Promise((resolve) => {
      const finish = (reason: string): void => {
        const end = this.#end ?? lost(reason);
        this.#closed = true;
        this.#onNotStarted(
          new SandboxError(
            'LAYER_UNAVAILABLE',
            { layer: 'sandbox', reason: JSON.stringify(end.reason) },
            'the program was not started',
          ),
        );
        resolve(end);
      };
      launcher.once('error', (error) => finish(error.message));
      launcher.once('close', (code, signal) =>
        finish(`the launcher ended with ${signal ?? `status ${code}`}`),
      );
    });
  }

  send(message: LauncherRequest | { type: 'signal'; signal: number }): void {
    if (!this.#closed && this.#stream.writable) this.#stream.write(encodeMessage(message));
  }

  #receive(chunk: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    while (this.#pending.length >= LENGTH_BYTES) {
      const length = this.#pending.readUInt32LE(0);
      if (this.#pending.length < LENGTH_BYTES + length) return;
      const body = this.#pending.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
      this.#pending = this.#pending.subarray(LENGTH_BYTES + length);
      const message = JSON.parse(body.toString()) as LauncherMessage;
      if (message.type === 'started') this.#onStarted(message.outcomes);
      else this.#end = message.end;
    }
  }
}

function lost(message: string): SandboxEnd {
  return {
    reason: { type: 'sandbox-failed', code: 'INTERNAL', message },
    refused: {},
    usage: { cpuMs: 0, wallMs: 0, peakMemoryBytes: 0, maxRssBytes: 0 },
    outcomes: [],
  };
}
