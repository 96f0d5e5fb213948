import { encodeFrameParts, readFrame } from '@pvf/protocol';
import { readInto, writeAll } from '@pvf/sandbox-linux';

/**
 * Blocking frames over the stream socket to the host. The other end is `packages/host/src/worker/connection.ts`.
 */
export class HostConnection {
  readonly fd: number;
  readonly #read = (target: Uint8Array): number => readInto(this.fd, target);

  constructor(fd: number) {
    this.fd = fd;
  }

  /**
   * Waits for the next frame; `undefined` when the host has closed the connection between frames.
   *
   * @param limit largest payload in bytes; nothing is allocated for a larger one
   * @throws ProtocolError FRAME_TOO_LARGE, FRAME_TRUNCATED; SandboxError when the socket fails
   */
  receive(limit: number): Uint8Array | undefined {
    return readFrame(this.#read, limit);
  }

  /** @throws SandboxError when the host has gone (EPIPE) */
  send(payload: Uint8Array): void {
    writeFrame(this.fd, [payload]);
  }
}

/** Writes a payload given in parts as one frame, without joining them. */
export function writeFrame(fd: number, parts: readonly Uint8Array[]): void {
  for (const part of encodeFrameParts(parts)) writeAll(fd, part);
}
