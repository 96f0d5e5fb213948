import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, readdir, readlink } from 'node:fs/promises';
import { SHARED_MEMORY } from '@pvf/protocol';

/** As /proc names memory that has no file. */
const LINK = `/memfd:${SHARED_MEMORY} (deleted)`;

/** Writes the pieces, one after the other, from the memory's first byte on; nothing else is in it then. */
export type WriteRequest = (input: { fd: number; parts: readonly Uint8Array[] }) => Promise<void>;

/**
 * Memory of one execute worker that this host writes large requests to (`RequestMemory` in
 * `packages/worker/src/worker/request-memory.ts` reads them). It is written to and never mapped: whatever the worker does
 * to it, a write fails at worst.
 */
export class RequestMemory {
  readonly #file: FileHandle;
  #writing: Promise<boolean> | undefined;
  #closed = false;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /**
   * Opens what a worker offers that has connected and not been greeted yet: until it restricts itself, it is a process
   * like this one.
   *
   * @param isAlive whether `pid` is the worker's still
   * @returns undefined when it offers none, or none that this process can open
   */
  static async open(pid: number, isAlive: () => boolean): Promise<RequestMemory | undefined> {
    let file: FileHandle | undefined;
    try {
      const path = await find(`/proc/${pid}/fd`);
      if (path === undefined) return undefined;
      file = await open(path, constants.O_WRONLY | constants.O_NONBLOCK);
      if (isEmptyMemory(await file.stat()) && isAlive()) return new RequestMemory(file);
    } catch {
      // Another user's /proc, or none: requests go through the socket, as everywhere.
    }
    await file?.close();
    return undefined;
  }

  /**
   * Puts a request there. One at a time.
   *
   * @returns false when that did not work, whatever the reason: send it through the socket
   */
  async put(parts: readonly Uint8Array[], write: WriteRequest): Promise<boolean> {
    if (this.#closed) return false;
    this.#writing = write({ fd: this.#file.fd, parts }).then(
      () => true,
      () => false,
    );
    return await this.#writing;
  }

  /** Waits for a write that goes on: the descriptor's number would be somebody else's. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writing;
    await this.#file.close();
  }
}

async function find(directory: string): Promise<string | undefined> {
  for (const name of await readdir(directory)) {
    const path = `${directory}/${name}`;
    if ((await readlink(path).catch(() => undefined)) === LINK) return path;
  }
  return undefined;
}

function isEmptyMemory(stats: Stats): boolean {
  return stats.isFile() && stats.size === 0 && stats.nlink === 0 && stats.uid === process.geteuid?.();
}
