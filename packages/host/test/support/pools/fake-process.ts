import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { DEFAULT_FRAME_LIMIT, encodeFrame, FrameDecoder } from '@pvf/protocol';
import { Connection } from '../../../src/worker/connection.ts';
import { GivenArtifacts } from '../../../src/worker/given-artifacts.ts';
import { disk } from './disk.ts';
import { must } from './notes.ts';

/** How a worker's process ends: it reads its request or not, and the host hears of it through the socket or not. */
export const DEATHS = ['closes', 'leaves its request', 'exits'] as const;

/** A worker's end of the connection: whole frames in, bytes out. */
class FakeSocket extends EventEmitter {
  readonly #decoder = new FrameDecoder(DEFAULT_FRAME_LIMIT);
  readonly #onFrame: (frame: Uint8Array) => void;
  /** Writes that the worker has not taken yet; undefined while it takes what comes. */
  #held: { take(): void; fail(error: Error): void }[] | undefined;
  #over = false;

  constructor(onFrame: (frame: Uint8Array) => void) {
    super();
    this.#onFrame = onFrame;
  }

  cork(): void {}
  uncork(): void {}

  write(bytes: Uint8Array, done: (error?: Error) => void): void {
    const take = (): void => {
      if (!this.#over) for (const frame of this.#decoder.push(bytes)) this.#onFrame(frame);
      done(this.#over ? new Error('EPIPE') : undefined);
    };
    if (this.#held === undefined) queueMicrotask(take);
    else this.#held.push({ take, fail: done });
  }

  hold(): void {
    this.#held ??= [];
  }

  get holdsBack(): boolean {
    return this.#held !== undefined && this.#held.length > 0;
  }

  take(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const each of held) each.take();
  }

  say(bytes: Uint8Array): void {
    if (!this.#over) this.emit('data', bytes);
  }

  end(code?: string): void {
    if (this.#over) return;
    if (code !== undefined) this.emit('error', Object.assign(new Error(code), { code }));
    this.destroy();
  }

  destroy(): void {
    if (this.#over) return;
    this.#over = true;
    for (const each of this.#held ?? []) each.fail(new Error('EPIPE'));
    queueMicrotask(() => this.emit('close'));
  }
}

/** One worker process; checks what it is sent, does what the test says. */
export class FakeProcess<Spec> {
  readonly spec: Spec;
  readonly pid: number;
  readonly dir: string;
  readonly connection: Connection;
  readonly given = new GivenArtifacts();
  /** What it has to answer, and since when. */
  request: { frame: Uint8Array; since: number } | undefined;
  disposed = false;
  served = 0;
  readonly #socket: FakeSocket;
  readonly #onGone: () => void;

  constructor(spec: Spec, pid: number, onGone: () => void, onFrame: (frame: Uint8Array) => void) {
    this.spec = spec;
    this.pid = pid;
    this.dir = `/workers/${pid}`;
    let told = false;
    this.#onGone = () => {
      if (!told) onGone();
      told = true;
    };
    this.#socket = new FakeSocket(onFrame);
    this.connection = new Connection(this.#socket as unknown as Socket, this.#onGone);
  }

  explain = async (message: string): Promise<string> => message;

  dispose = async (): Promise<void> => {
    must(!this.disposed, 'a worker is ended once');
    this.disposed = true;
    this.request = undefined;
    this.connection.destroy();
    disk.removeDir(this.dir);
  };

  /** Answers, also when nothing was asked, or twice in one breath. */
  answer(payload: Uint8Array, times = 1): void {
    this.request = undefined;
    this.#socket.say(Buffer.concat(Array.from({ length: times }, () => encodeFrame(payload))));
  }

  /** From now on it takes nothing that is sent, until `take`. */
  hold(): void {
    this.#socket.hold();
  }

  take(): void {
    this.#socket.take();
  }

  /** A request lies before it that it has not taken: what it says now would be taken for the answer. */
  get isAsked(): boolean {
    return this.#socket.holdsBack;
  }

  die(how: (typeof DEATHS)[number]): void {
    this.request = undefined;
    // Somebody else may hold its end of the connection open.
    if (how === 'exits') this.#onGone();
    else this.#socket.end(how === 'leaves its request' ? 'ECONNRESET' : undefined);
  }
}
