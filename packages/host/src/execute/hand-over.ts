import { ExecuteRequest, RequestInMemory } from '@pvf/protocol';
import { isShared } from '../threads/index.ts';
import type { WorkerProcess, WriteRequest } from '../worker/index.ts';

/** Block data of so many bytes are worth a thread's time; a socket takes less at once. */
export const IN_MEMORY_FROM_BYTES = 1 << 18;
/** What is copied for the thread besides, at most: real parent heads have some hundred bytes. */
const MAX_COPIED_BYTES = 1 << 16;

/**
 * How requests get to execute workers: through the socket, or large ones through memory that the worker shares. These a
 * thread writes from where the block data lie, so that no byte of them passes the event loop.
 */
export class HandOver {
  readonly #write: WriteRequest | undefined;
  readonly #inMemory: () => void;
  /** Block data whose execution failed after they had gone through memory: they take the socket from then on. */
  readonly #failed = new WeakSet<Uint8Array>();

  /**
   * @param write on a thread; undefined sends everything through the socket
   * @param inMemory called for each request that goes through memory
   */
  constructor(write?: WriteRequest, inMemory: () => void = () => {}) {
    this.#write = write;
    this.#inMemory = inMemory;
  }

  /** What is to be sent to the worker for a request, which lies in its memory then if it is large. Never rejects. */
  async begin({ memory }: Pick<WorkerProcess, 'memory'>, request: ExecuteRequest): Promise<HandedOver> {
    const parts = ExecuteRequest.encodeParts(request);
    const { blockData } = request.pov;
    const copied = parts.filter((part) => !isShared(part));
    if (
      memory === undefined ||
      this.#write === undefined ||
      !isShared(blockData) ||
      blockData.byteLength < IN_MEMORY_FROM_BYTES ||
      lengthOf(copied) > MAX_COPIED_BYTES ||
      this.#failed.has(blockData)
    )
      return { parts, failed: () => {} };
    // Copies of their own: what is posted to a thread takes the whole buffer behind a view along.
    const pieces = parts.map((part) => (isShared(part) ? part : part.slice()));
    if (!(await memory.put(pieces, this.#write))) return { parts, failed: () => {} };
    this.#inMemory();
    return {
      parts: RequestInMemory.encodeParts({ length: lengthOf(parts) }),
      failed: () => void this.#failed.add(blockData),
    };
  }
}

/** A request on its way. */
export interface HandedOver {
  /** Of the frame. */
  readonly parts: readonly Uint8Array[];
  /** To be called when there was no answer to it. */
  failed(): void;
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
