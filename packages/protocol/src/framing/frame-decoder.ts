import { DEFAULT_FRAME_LIMIT, FRAME_HEADER_BYTES, frameTruncated, readFrameHeader } from './frame.ts';

/**
 * Cuts a byte stream into frames, whatever the chunks. Payloads are buffers of their own. After a throw the
 * decoder's state is undefined and the stream must be closed.
 */
export class FrameDecoder {
  readonly #limit: number;
  readonly #header = new Uint8Array(FRAME_HEADER_BYTES);
  #payload: Uint8Array | undefined;
  #filled = 0;

  /** `limit`: largest payload in bytes. */
  constructor(limit: number = DEFAULT_FRAME_LIMIT) {
    this.#limit = limit;
  }

  /** Takes in `chunk` (copied) and returns the frames that it completes. Throws FRAME_TOO_LARGE. */
  push(chunk: Uint8Array): Uint8Array[] {
    const frames: Uint8Array[] = [];
    let at = 0;
    for (;;) {
      const target = this.#payload ?? this.#header;
      const taken = Math.min(target.byteLength - this.#filled, chunk.byteLength - at);
      target.set(chunk.subarray(at, at + taken), this.#filled);
      this.#filled += taken;
      at += taken;
      if (this.#filled < target.byteLength) return frames;
      this.#filled = 0;
      if (this.#payload === undefined) {
        this.#payload = new Uint8Array(readFrameHeader(this.#header, this.#limit));
      } else {
        frames.push(this.#payload);
        this.#payload = undefined;
      }
    }
  }

  /** Bytes taken in that belong to no complete frame yet, header included. */
  get pending(): number {
    return this.#payload === undefined ? this.#filled : FRAME_HEADER_BYTES + this.#filled;
  }

  /** To be called when the stream ends: throws FRAME_TRUNCATED if that is inside a frame. */
  end(): void {
    if (this.pending === 0) return;
    const needed = FRAME_HEADER_BYTES + (this.#payload?.byteLength ?? 0);
    throw frameTruncated(needed, this.pending);
  }
}
