import { ftruncateSync, writeSync } from 'node:fs';
import { closeDescriptor, createMemfd, mapFile, open, viewOf } from '@pvf/linux';

/** Largest request that fits; a larger one is refused by the worker's frame limit before. */
export const ARENA_BYTES = 128 * 1024 * 1024;

/**
 * How a request gets from a worker into its jobs: memory that the worker fills through one descriptor and that jobs
 * can only read, through another. It holds one request at a time and is empty between requests. One artifact's jobs
 * have it for good: a process that was to be gone and is not must find nothing but what is its own PVF's anyway.
 */
export class RequestArena {
  readonly #writeFd: number;
  /** For a job to map, then to close. */
  readonly readFd: number;

  /**
   * @param procFd a kept /proc directory; without one, jobs are trusted to map the memory read-only
   * @throws SandboxError
   */
  constructor(procFd: number | undefined) {
    this.#writeFd = createMemfd('pvf-request', 0);
    this.readFd = procFd === undefined ? this.#writeFd : open(`self/fd/${this.#writeFd}`, 0, procFd);
  }

  /** Writes the next request, of which jobs see what is there when they look. */
  fill(request: Uint8Array): void {
    ftruncateSync(this.#writeFd, request.length);
    for (let at = 0; at < request.length; ) {
      at += writeSync(this.#writeFd, request, at, request.length - at, at);
    }
  }

  /** Gives the memory back: the next job finds nothing of this request. */
  clear(): void {
    ftruncateSync(this.#writeFd, 0);
  }

  /** Empties it and forgets it; where it is mapped still, it stays empty. */
  close(): void {
    this.clear();
    if (this.readFd !== this.#writeFd) closeDescriptor(this.readFd);
    closeDescriptor(this.#writeFd);
  }
}

/** In a job: the request that an arena holds. */
export class ArenaWindow {
  readonly #address: number;
  constructor(readFd: number) {
    this.#address = mapFile(readFd, ARENA_BYTES, 'read');
  }

  /**
   * The request as the job sees it.
   *
   * @param length of the request in bytes; what lies behind it cannot be touched
   */
  request(length: number): Uint8Array {
    return new Uint8Array(viewOf(this.#address, length));
  }
}
