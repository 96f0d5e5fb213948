import { mapScratch, readInto, sys3, syscallNumber, viewOf, writeAll } from '@pvf/linux';
import {
  encodeFrame,
  encodeFrameParts,
  ProtocolError,
  REQUEST_IN_MEMORY_BYTES,
  RequestInMemory,
  readFrame,
} from '@pvf/protocol';
import { beforeJob } from '../errors.ts';
import type { RequestMemory } from './request-memory.ts';

/** Virtual size; pages are used as requests need them. */
const FIRST_BUFFER_BYTES = 16 * 1024 * 1024;
/** Up to this many bytes it is cheaper to join a frame's parts than to write each. */
const JOIN_UP_TO_BYTES = 64 * 1024;

/**
 * Blocking frames over the stream socket to the host. The other end is `packages/host/src/worker/connection.ts`.
 */
export class HostConnection {
  readonly fd: number;
  /** Requests land outside V8's heap, where jobs find nothing of them. */
  #buffer: { readonly address: number; readonly length: number } | undefined;
  /** The latest request, in that buffer. */
  #latest: Uint8Array | undefined;
  /** Small answers are put together here, for the same reason. */
  readonly #outgoing = new Uint8Array(viewOf(mapScratch(JOIN_UP_TO_BYTES), JOIN_UP_TO_BYTES));
  readonly #read = (target: Uint8Array): number => readInto(this.fd, target);

  readonly #memory: RequestMemory | undefined;

  /** @param memory where the host may put requests */
  constructor(fd: number, memory?: RequestMemory) {
    this.fd = fd;
    this.#memory = memory;
  }

  /**
   * Forgets the latest frame and waits for the next one; `undefined` when the host has closed the connection between frames. The payload is
   * valid until the next call, and only in this process: forked ones find zeroes.
   *
   * @param limit largest payload in bytes; nothing is allocated for a larger one
   * @throws ProtocolError FRAME_TOO_LARGE, FRAME_TRUNCATED; SandboxError when the socket fails
   */
  receive(limit: number): Uint8Array | undefined {
    this.#latest?.fill(0);
    this.#latest = undefined;
    return readFrame(this.#read, limit, (length) => this.#room(length));
  }

  /**
   * As `receive`, for a request: the host may have put it into the memory that it shares with this worker.
   *
   * @throws also NotBegunError when it is not there
   */
  receiveRequest(limit: number): Uint8Array | undefined {
    const frame = this.receive(limit);
    const memory = this.#memory;
    if (memory === undefined || frame?.length !== REQUEST_IN_MEMORY_BYTES) return frame;
    const { length } = RequestInMemory.decode(frame);
    if (length > limit)
      throw new ProtocolError(
        'FRAME_TOO_LARGE',
        { length: BigInt(length), limit },
        `a request of ${length} bytes was announced in shared memory, ${limit} are allowed`,
      );
    const request = this.#room(length);
    beforeJob(() => memory.take(request));
    return request;
  }

  /** @throws SandboxError when the host has gone (EPIPE) */
  send(payload: readonly Uint8Array[]): void {
    const parts = encodeFrameParts(payload);
    if (lengthOf(parts) > JOIN_UP_TO_BYTES) {
      for (const part of parts) writeAll(this.fd, part);
      return;
    }
    let end = 0;
    for (const part of parts) {
      this.#outgoing.set(part, end);
      end += part.length;
    }
    const frame = this.#outgoing.subarray(0, end);
    writeAll(this.fd, frame);
    frame.fill(0);
  }

  #room(length: number): Uint8Array {
    if (this.#buffer !== undefined && this.#buffer.length < length) {
      sys3(syscallNumber('munmap')!, this.#buffer.address, this.#buffer.length, 0);
      this.#buffer = undefined;
    }
    if (length === 0) return new Uint8Array(0);
    if (this.#buffer === undefined) {
      const size = Math.max(length, FIRST_BUFFER_BYTES);
      this.#buffer = { address: mapScratch(size), length: size };
    }
    this.#latest = new Uint8Array(viewOf(this.#buffer.address, length));
    return this.#latest;
  }
}

/** Writes a payload given in parts as one frame. */
export function writeFrame(fd: number, parts: readonly Uint8Array[]): void {
  if (lengthOf(parts) <= JOIN_UP_TO_BYTES) writeAll(fd, encodeFrame(parts));
  else for (const part of encodeFrameParts(parts)) writeAll(fd, part);
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
