import { setImmediate as nextTurn } from 'node:timers/promises';

/** Copied at a time: about 0.2 ms, so that a large copy never holds up the event loop. */
const SLICE_BYTES = 1 << 20;

/** Less for PoVs, of which many come at once: what all of them copy in one turn of the event loop adds up. */
const SMALL_SLICE_BYTES = 1 << 18;

/** The bytes in shared memory, which threads can read: the view itself if it lies there already, else a copy. */
export async function toShared(bytes: Uint8Array): Promise<Uint8Array<SharedArrayBuffer>> {
  if (isShared(bytes)) return bytes;
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.byteLength));
  for (let at = 0; at < bytes.byteLength; at += SLICE_BYTES) {
    if (at > 0) await nextTurn();
    copy.set(bytes.subarray(at, at + SLICE_BYTES), at);
  }
  return copy;
}

/** The pieces one after the other in shared memory, copied in slices. */
export async function joinShared(parts: readonly Uint8Array[]): Promise<Uint8Array<SharedArrayBuffer>> {
  const size = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const joined = new Uint8Array(new SharedArrayBuffer(size));
  let to = 0;
  for (const part of parts) {
    for (let at = 0; at < part.byteLength; at += SMALL_SLICE_BYTES) {
      if (at > 0) await nextTurn();
      joined.set(part.subarray(at, at + SMALL_SLICE_BYTES), to + at);
    }
    to += part.byteLength;
  }
  return joined;
}

function isShared(bytes: Uint8Array): bytes is Uint8Array<SharedArrayBuffer> {
  return bytes.buffer instanceof SharedArrayBuffer;
}
