import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
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
import { FULL_SECURITY } from '../../../../bench/differential/driver/index.ts';
import { programOf } from './workers.ts';

export type WorkerKind = 'prepare' | 'execute';

/** Users that the workers must serve: root can try an ordinary one as well. */
export const USERS: readonly (readonly [name: string, uid: number | undefined])[] = [
  ['the current user', undefined],
  ...(process.getuid!() === 0 ? [['an ordinary user', 65_534] as const] : []),
];

/** A directory for one test, of the user who will use it. */
export function directoryFor(uid: number | undefined): string {
  const directory = mkdtempSync(join(tmpdir(), 'pvf-raw-'));
  if (uid !== undefined) chownSync(directory, uid, uid);
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export interface RawOptions {
  readonly uid?: number | undefined;
  readonly environment?: Record<string, string>;
}

/** A worker program and the bare socket to it: nothing is sent but what a test sends. Ends with the test. */
export class RawWorker {
  readonly directory: string;
  /** Exit status or signal, and what the worker wrote to standard error. */
  readonly ended: Promise<{ status: number | string; stderr: string }>;
  readonly #child: ChildProcess;
  readonly #socket: Socket;
  readonly #decoder = new FrameDecoder(1 << 30);
  readonly #frames: Uint8Array[] = [];
  #wake: (() => void) | undefined;

  static async start(kind: WorkerKind, { uid, environment = {} }: RawOptions = {}): Promise<RawWorker> {
    const root = directoryFor(uid);
    const directory = mkdtempSync(join(root, 'worker-'));
    const socketPath = join(root, 'socket');
    const server = createServer();
    const connected = new Promise<Socket>((resolve) => server.once('connection', resolve));
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    const user = uid === undefined ? {} : { uid, gid: uid };
    if (uid !== undefined) for (const path of [directory, socketPath]) chownSync(path, uid, uid);
    const argv = [`${kind}-worker`, '--socket-path', socketPath, '--worker-dir-path', directory];
    const child = spawn(programOf(kind), argv, {
      env: environment,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...user,
    });
    const ended = once(child, 'exit').then(([status]) => {
      throw new Error(`the worker ended with ${status} before it connected`);
    });
    const worker = new RawWorker(directory, child, await Promise.race([connected, ended]));
    ended.catch(() => {});
    server.close();
    onTestFinished(() => worker.#stop());
    return worker;
  }

  private constructor(directory: string, child: ChildProcess, socket: Socket) {
    this.directory = directory;
    this.#child = child;
    this.#socket = socket;
    let stderr = '';
    child.stderr!.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    this.ended = new Promise((resolve) =>
      child.once('close', (code, signal) => resolve({ status: code ?? signal ?? 'unknown', stderr })),
    );
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      this.#frames.push(...this.#decoder.push(chunk));
      this.#wake?.();
    });
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

  async receive(): Promise<Uint8Array> {
    while (this.#frames.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
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

  async #stop(): Promise<void> {
    this.#socket.destroy();
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}
