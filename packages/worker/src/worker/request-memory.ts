import { fstatSync } from 'node:fs';
import { createMemfd, readAt, resizeFile } from '@pvf/linux';
import { SHARED_MEMORY } from '@pvf/protocol';

/**
 * Where a host of ours puts large requests, so that they go through no socket: memory that it opens by this worker's
 * descriptor and writes to (`RequestMemory` in `packages/host/src/worker/request-memory.ts`). Never mapped, by nobody; no
 * process that this worker forks keeps the descriptor. What is read is a copy, which the host cannot change any more.
 */
export class RequestMemory {
  readonly #fd: number;

  /** @throws SandboxError where there is no such memory */
  constructor() {
    this.#fd = createMemfd(SHARED_MEMORY, 0);
  }

  /**
   * Fills `target` with the request and gives the memory back. What is there must have exactly its length: a request
   * that the host did not write whole is none, nor is an earlier one.
   *
   * @throws Error, SandboxError
   */
  take(target: Uint8Array): void {
    const { size } = fstatSync(this.#fd);
    if (size !== target.length)
      throw new Error(
        `a request of ${target.length} bytes was announced in shared memory, which holds ${size}`,
      );
    for (let at = 0; at < size; ) {
      const n = readAt(this.#fd, target.subarray(at), at);
      if (n === 0) throw new Error(`of a request of ${size} bytes in shared memory, ${at} could be read`);
      at += n;
    }
    resizeFile(this.#fd, 0);
  }
}
