import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ExecuteHandshake,
  encodeFrame,
  FrameDecoder,
  type SecurityStatus,
  WorkerHandshake,
} from '@pvf/protocol';
import { onTestFinished } from 'vitest';
import { FULL_SECURITY } from '../../../../verify/differential/driver/index.ts';
import { programOf, withoutSpeedUps } from './workers.ts';

export type WorkerKind = 'prepare' | 'execute';

/** Users that the workers must serve: root can try an ordinary one as well. */
export const USERS: readonly (readonly [name: string, uid: number | undefined])[] = [
  ['the current user', undefined],
  ...(process.getuid!() === 0 ? [['an ordinary user', 65_534] as const] : []),
];

/** Who calls back when what was made is not needed any more; outside of tests, somebody else than `onTestFinished`. */
export type Cleanup = (callback: () => Promise<void> | void) => void;

/** A directory for one test, of the user who will use it. */
export function directoryFor(uid: number | undefined, cleanup: Cleanup = onTestFinished): string {
  const directory = mkdtempSync(join(tmpdir(), 'pvf-raw-'));
  if (uid !== undefined) chownSync(directory, uid, uid);
  cleanup(() => removeAll(directory));
  return directory;
}

/** Also where a test has forbidden its own user to. */
function removeAll(directory: string): void {
  const openUp = (path: string): void => {
    chmodSync(path, 0o700);
    for (const entry of readdirSync(path, { withFileTypes: true }))
      if (entry.isDirectory()) openUp(join(path, entry.name));
  };
  openUp(directory);
  rmSync(directory, { recursive: true, force: true });
}

export interface RawOptions {
  readonly uid?: number | undefined;
  readonly environment?: Record<string, string>;
  /** Told to the worker instead of the one that the test listens at. */
  readonly socketPath?: string;
  /** After those that every host gives. */
  readonly moreArguments?: readonly string[];
  /** As of a `WorkerPair`. */
  readonly about?: 'speed-ups';
  /** Another path of the program. */
  readonly program?: string;
  readonly cwd?: string;
  /** Shell commands that run first, in the process that becomes the worker; `$DIR` is the worker dir. */
  readonly before?: string;
  /** In mount and user namespaces of its own, as root of these: `before` may mount. */
  readonly ownMounts?: boolean;
  /** What the worker is told of this machine, where that is not all that there is. */
  readonly security?: Partial<SecurityStatus>;
}

/** How a worker ended, and what it wrote to standard error. */
export interface WorkerEnd {
  readonly status: number | string;
  readonly stderr: string;
}

/** The worker ended before it connected. */
export class NotStarted extends Error {
  readonly end: WorkerEnd;

  constructor(end: WorkerEnd) {
    super(`the worker ended with ${end.status} before it connected: ${end.stderr}`);
    this.end = end;
  }
}

/** A worker program and the bare socket to it: nothing is sent but what a test sends. Ends with the test. */
export class RawWorker {
  readonly directory: string;
  readonly socketPath: string;
  readonly ended: Promise<WorkerEnd>;
  readonly #child: ChildProcess;
  readonly #socket: Socket;
  readonly #decoder = new FrameDecoder(1 << 30);
  readonly #frames: Uint8Array[] = [];
  #wake: (() => void) | undefined;

  /** @throws NotStarted */
  static async start(
    kind: WorkerKind,
    options: RawOptions = {},
    cleanup: Cleanup = onTestFinished,
  ): Promise<RawWorker> {
    const { uid, environment = {}, cwd } = options;
    const root = directoryFor(uid, cleanup);
    const directory = mkdtempSync(join(root, 'worker-'));
    const socketPath = join(root, 'socket');
    const server = createServer();
    const connected = new Promise<Socket>((resolve) => server.once('connection', resolve));
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    const user = uid === undefined ? {} : { uid, gid: uid };
    if (uid !== undefined) for (const path of [directory, socketPath]) chownSync(path, uid, uid);
    const [command, ...argv] = [
      ...surroundings(directory, options),
      options.program ?? programOf(kind),
      ...[
        `${kind}-worker`,
        '--socket-path',
        options.socketPath ?? socketPath,
        '--worker-dir-path',
        directory,
        ...(options.about === undefined ? withoutSpeedUps(kind) : []),
        ...(options.moreArguments ?? []),
      ],
    ];
    const child = spawn(command!, argv, {
      env: environment,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(cwd !== undefined && { cwd }),
      ...user,
    });
    const ended = endOf(child);
    cleanup(async () => {
      child.kill('SIGKILL');
      await ended;
    });
    const socket = await Promise.race([connected, ended]);
    server.close();
    if (!(socket instanceof Socket)) throw new NotStarted(socket);
    cleanup(() => {
      socket.destroy();
    });
    return new RawWorker({ directory, socketPath, child, ended, socket });
  }

  private constructor(parts: {
    directory: string;
    socketPath: string;
    child: ChildProcess;
    ended: Promise<WorkerEnd>;
    socket: Socket;
  }) {
    this.directory = parts.directory;
    this.socketPath = parts.socketPath;
    this.#child = parts.child;
    this.ended = parts.ended;
    this.#socket = parts.socket;
    parts.socket.on('error', () => {});
    parts.socket.on('data', (chunk) => {
      this.#frames.push(...this.#decoder.push(chunk));
      this.#wake?.();
    });
    parts.ended.then(() => this.#wake?.());
  }

  get pid(): number {
    return this.#child.pid!;
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** What a host sends first. */
  greet(security: Partial<SecurityStatus> = {}): void {
    this.write(encodeFrame(WorkerHandshake.encode({ securityStatus: { ...FULL_SECURITY, ...security } })));
  }

  /** What a host sends to an execute worker next. */
  sendParams(): void {
    this.write(encodeFrame(ExecuteHandshake.encode({ executorParams: [] })));
  }

  /** The next frame. @throws NotStarted when there is none and the worker has ended */
  async receive(): Promise<Uint8Array> {
    let end: WorkerEnd | undefined;
    this.ended.then((value) => {
      end = value;
    });
    while (this.#frames.length === 0) {
      if (end !== undefined) throw new NotStarted(end);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#frames.shift()!;
  }

  /** As when the host dies. */
  hangUp(): void {
    this.#socket.destroy();
  }

  /** No more bytes will come, but answers are still read. */
  finishSending(): void {
    this.#socket.end();
  }
}

function surroundings(directory: string, { before, ownMounts }: RawOptions): string[] {
  if (before === undefined) return [];
  const shell = ['/bin/sh', '-c', `DIR=$1; shift; ${before}; exec "$@"`, 'sh', directory];
  return ownMounts ? ['/usr/bin/unshare', '-rm', ...shell] : shell;
}

function endOf(child: ChildProcess): Promise<WorkerEnd> {
  let stderr = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ status: error.message, stderr }));
    child.once('close', (code, signal) => resolve({ status: code ?? signal ?? 'unknown', stderr }));
  });
}
