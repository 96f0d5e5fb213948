import type { Socket } from 'node:net';
import { DEFAULT_FRAME_LIMIT, encodeFrameParts, FrameDecoder } from '@pvf/protocol';

/** Largest answer of a worker, bytes. A result can be as large as the guest's memory: 130 MiB by default. */
const ANSWER_LIMIT_BYTES = DEFAULT_FRAME_LIMIT;

/** The worker is gone, closed its end, or sent what the protocol does not have. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  /** The worker ended without having read all that was sent to it: the kernel says so, not the worker. */
  readonly unread: boolean;

  constructor(message: string, unread = false) {
    super(message);
    this.unread = unread;
  }
}

/** Of a Unix socket whose other end was closed with bytes still in its queue (unix_release_sock in net/unix/af_unix.c). */
const UNREAD = 'ECONNRESET';

/**
 * Frames to and from one worker: one request, one answer. The worker's end is `HostConnection` in
 * `packages/worker/src/worker/connection.ts`.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #decoder = new FrameDecoder(ANSWER_LIMIT_BYTES);
  #waiting: { resolve: (frame: Uint8Array) => void; reject: (error: ConnectionError) => void } | undefined;
  #failure: ConnectionError | undefined;

  /** `onGone` is called once, when nothing more can be said to the worker. */
  constructor(socket: Socket, onGone: () => void) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => this.#fail(error.message, error.code === UNREAD));
    socket.on('close', () => {
      this.#fail('the worker closed the connection');
      onGone();
    });
  }

  /**
   * Resolves once the kernel has the whole frame. The pieces are not copied before that.
   * @throws ConnectionError
   */
  send(payload: readonly Uint8Array[]): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      const parts = encodeFrameParts(payload);
      const last = parts.length - 1;
      this.#socket.cork();
      parts.forEach((part, index) => {
        this.#socket.write(part, (error) => {
          if (error) reject(new ConnectionError(error.message));
          else if (index === last) resolve();
        });
      });
      this.#socket.uncork();
    });
  }

  /**
   * The next frame. Only one call at a time; a frame that nobody waits for breaks the connection, because it could
   * be taken for the answer to a later request.
   * @throws ConnectionError
   */
  receive(): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) reject(this.#failure);
      else this.#waiting = { resolve, reject };
    });
  }

  /** Nothing more can be sent or received. */
  get isBroken(): boolean {
    return this.#failure !== undefined;
  }

  destroy(): void {
    this.#fail('the worker ended');
  }

  #take(chunk: Uint8Array): void {
    try {
      for (const frame of this.#decoder.push(chunk)) {
        const waiting = this.#waiting;
        if (waiting === undefined)
          throw new ConnectionError('the worker sent an answer that nobody asked for');
        this.#waiting = undefined;
        waiting.resolve(frame);
      }
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  #fail(message: string, unread = false): void {
    if (this.#failure !== undefined) return;
    this.#failure = new ConnectionError(message, unread);
    this.#waiting?.reject(this.#failure);
    this.#waiting = undefined;
    this.#socket.destroy();
  }
}
