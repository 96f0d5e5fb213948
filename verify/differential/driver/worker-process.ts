import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeFrame, FrameDecoder, type SecurityStatus, WorkerHandshake } from '@pvf/protocol';
import { WorkerFailure } from './errors.ts';

export type WorkerKind = 'prepare' | 'execute';

/** Nothing may be used: the worker runs unrestricted. */
export const NO_SECURITY: SecurityStatus = {
  secureValidatorMode: false,
  canEnableLandlock: false,
  canEnableSeccomp: false,
  canUnshareUserNamespaceAndChangeRoot: false,
  canDoSecureClone: false,
};

/** Everything must be used: a worker that cannot refuses to go on. */
export const FULL_SECURITY: SecurityStatus = {
  secureValidatorMode: true,
  canEnableLandlock: true,
  canEnableSeccomp: true,
  canUnshareUserNamespaceAndChangeRoot: true,
  canDoSecureClone: true,
};

export interface WorkerOptions {
  kind: WorkerKind;
  /** Path of the worker program; it is started as `program <kind>-worker --socket-path … --worker-dir-path …`. */
  program: string;
  /** What the worker is told that it can do. */
  security: SecurityStatus;
  /** Passed as `--node-impl-version` when given. */
  nodeVersion?: string;
  /** More arguments, at the end. */
  moreArguments?: readonly string[];
  /** Bytes sent instead of the well-formed first frame: for tests of what a worker does with them. */
  firstBytes?: Uint8Array;
  /** Milliseconds of wall time until the worker must have connected. Default 30,000: machines may be busy. */
  spawnTimeoutMs?: number;
}

/** Largest answer taken from a worker, in bytes. */
const ANSWER_LIMIT_BYTES = 256 << 20;
/** Bytes of standard error kept for reports. */
const STDERR_KEPT_BYTES = 4096;

interface Waiter {
  resolve(answer: Uint8Array): void;
  reject(failure: WorkerFailure): void;
}

/**
 * One worker program, seen from the host's side of its socket: started with an empty environment and a worker
 * directory of its own, connected, and greeted with the handshake. One request at a time.
 */
export class WorkerProcess {
  /** The worker directory; what the worker sees as `/` once it has changed root. */
  readonly directory: string;
  readonly #root: string;
  readonly #child: ChildProcess;
  readonly #socket: Socket;
  readonly #decoder = new FrameDecoder(ANSWER_LIMIT_BYTES);
  readonly #answers: Uint8Array[] = [];
  #waiter: Waiter | undefined;
  #closed = false;
  #stderr: () => string;

  /** @throws WorkerFailure `not-started` if it does not connect in time or ends before. */
  static async spawn(options: WorkerOptions): Promise<WorkerProcess> {
    const root = mkdtempSync(join(tmpdir(), 'pvf-diff-'));
    const socketPath = join(root, 'socket');
    const directory = mkdtempSync(join(root, 'worker-'));
    const server = createServer();
    server.listen(socketPath);
    const argv = [`${options.kind}-worker`, '--socket-path', socketPath, '--worker-dir-path', directory];
    if (options.nodeVersion !== undefined) argv.push('--node-impl-version', options.nodeVersion);
    argv.push(...(options.moreArguments ?? []));
    const child = spawn(options.program, argv, { env: {}, stdio: ['ignore', 'ignore', 'pipe'] });
    const stderr = keepTail(child);
    try {
      const socket = await connection(server, child, options.spawnTimeoutMs ?? 30_000, stderr);
      const worker = new WorkerProcess(root, directory, child, socket, stderr);
      if (options.firstBytes) worker.sendRaw(options.firstBytes);
      else worker.send(WorkerHandshake.encode({ securityStatus: options.security }));
      return worker;
    } catch (failure) {
      child.kill('SIGKILL');
      rmSync(root, { recursive: true, force: true });
      throw failure;
    } finally {
      server.close();
    }
  }

  private constructor(
    root: string,
    directory: string,
    child: ChildProcess,
    socket: Socket,
    stderr: () => string,
  ) {
    this.#root = root;
    this.directory = directory;
    this.#child = child;
    this.#socket = socket;
    this.#stderr = stderr;
    socket.on('data', (chunk) => {
      for (const frame of this.#decoder.push(chunk)) this.#answers.push(frame);
      this.#settle();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#closed = true;
      this.#settle();
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Sends one frame and waits for nothing. */
  send(payload: Uint8Array): void {
    this.sendRaw(encodeFrame(payload));
  }

  /** Sends bytes as they are: frames that are not well-formed, cut or absurdly long. */
  sendRaw(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** The end of the requests: the worker sees end of file, as when the host dies. */
  endRequests(): void {
    this.#socket.end();
  }

  /** The next frame. @throws WorkerFailure `closed` or, after `timeoutMs` of wall time, `silent`. */
  async receive(timeoutMs: number): Promise<Uint8Array> {
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Uint8Array>((resolve, reject) => {
        this.#waiter = { resolve, reject };
        timer = setTimeout(() => reject(new WorkerFailure('silent', this.#stderr())), timeoutMs);
        this.#settle();
      });
    } finally {
      clearTimeout(timer);
      this.#waiter = undefined;
    }
  }

  /** Kills the worker and whatever job it has, waits for its end and removes its files. */
  async stop(): Promise<void> {
    const gone = exitOf(this.#child);
    for (const pid of descendants(this.pid)) killQuietly(pid);
    this.#child.kill('SIGKILL');
    this.#socket.destroy();
    await gone;
    rmSync(this.#root, { recursive: true, force: true });
  }

  #settle(): void {
    const answer = this.#waiter === undefined ? undefined : this.#answers.shift();
    if (answer !== undefined) this.#waiter?.resolve(answer);
    else if (this.#closed) {
      const waiter = this.#waiter;
      if (waiter !== undefined)
        void exitOf(this.#child, 1_000).then((end) =>
          waiter.reject(new WorkerFailure('closed', this.#stderr(), end)),
        );
    }
  }
}

function connection(
  server: Server,
  child: ChildProcess,
  timeoutMs: number,
  stderr: () => string,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new WorkerFailure('not-started', 'no connection in time')),
      timeoutMs,
    );
    const fail = (why: string, end?: number | string) => {
      clearTimeout(timer);
      reject(new WorkerFailure('not-started', `${why} ${stderr()}`.trim(), end));
    };
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) => fail(`ended with ${signal ?? code}`, signal ?? code ?? undefined));
    server.once('connection', (socket) => {
      clearTimeout(timer);
      child.removeAllListeners('exit');
      resolve(socket);
    });
  });
}

function keepTail(child: ChildProcess): () => string {
  let kept = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    kept = (kept + chunk.toString('utf8')).slice(-STDERR_KEPT_BYTES);
  });
  return () => kept.trim();
}

/** Exit status or signal, once there is one; nothing if it still runs after `timeoutMs`. */
function exitOf(child: ChildProcess, timeoutMs?: number): Promise<number | string | undefined> {
  return new Promise((resolve) => {
    const end = child.signalCode ?? child.exitCode;
    if (end !== null) {
      resolve(end);
      return;
    }
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => resolve(undefined), timeoutMs);
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      resolve(signal ?? code ?? undefined);
    });
  });
}

/** Processes below `pid`, deepest first, as the kernel lists them now. */
function descendants(pid: number): number[] {
  let children: number[];
  try {
    children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
  return children.flatMap((child) => [...descendants(child), child]);
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended between the listing and the signal.
  }
}
