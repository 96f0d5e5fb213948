import { setImmediate as nextTurn } from 'node:timers/promises';

/** Copied at a time: about 0.2 ms, so that a large copy never holds up the event loop. */
const SLICE_BYTES = 1 << 20;

/** Less for PoVs, of which many come at once. */
const SMALL_SLICE_BYTES = 1 << 18;

/** The bytes in shared memory, which threads can read: the view itself if it lies there already, else a copy. */
export function toShared(bytes: Uint8Array): Promise<Uint8Array<SharedArrayBuffer>> {
  return copy(bytes, SLICE_BYTES, nextTurn);
}

/**
 * The same, where many come at once: in one turn of the event loop, a slice of one of them is copied.
 * @param threads where the memory is made
 */
export async function toSharedInTurn(
  bytes: Uint8Array,
  threads?: { allocate(input: { length: number }): Promise<SharedArrayBuffer> },
): Promise<Uint8Array<SharedArrayBuffer>> {
  const length = bytes.byteLength;
  const place = isShared(bytes) ? undefined : await threads?.allocate({ length });
  return await copy(bytes, SMALL_SLICE_BYTES, ownTurn, place);
}

/** Whether threads can read it where it lies. */
export function isShared(bytes: Uint8Array): bytes is Uint8Array<SharedArrayBuffer> {
  return bytes.buffer instanceof SharedArrayBuffer;
}

async function copy(
  bytes: Uint8Array,
  sliceBytes: number,
  turn: () => Promise<unknown>,
  place?: SharedArrayBuffer,
): Promise<Uint8Array<SharedArrayBuffer>> {
  if (isShared(bytes)) return bytes;
  const shared = new Uint8Array(place ?? new SharedArrayBuffer(bytes.byteLength));
  for (let at = 0; at < bytes.byteLength; at += sliceBytes) {
    if (bytes.byteLength > sliceBytes) await turn();
    shared.set(bytes.subarray(at, at + sliceBytes), at);
  }
  return shared;
}

let lastTurn: Promise<unknown> = Promise.resolve();

/** A turn of the event loop that nobody else gets here. */
function ownTurn(): Promise<unknown> {
  lastTurn = lastTurn.then(() => nextTurn());
  return lastTurn;
}
