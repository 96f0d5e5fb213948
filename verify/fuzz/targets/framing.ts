import { encodeFrame, FrameDecoder, ProtocolError, readFrame } from '../../../packages/protocol/src/index.ts';
import { check, type FuzzTarget, refusable, sameBytes } from './target.ts';

const LIMIT = 1024;

/** The first byte seeds where the rest, a stream of frames, is cut; both readers must see the same frames. */
export const target: FuzzTarget = {
  maxBytes: 4096,
  async seeds() {
    const payloads = [0, 1, 7, 8, 255, LIMIT, LIMIT + 1].map((length) => new Uint8Array(length).fill(length));
    const stream = Buffer.concat(payloads.map((payload) => encodeFrame(payload)));
    const huge = Uint8Array.of(0, 255, 255, 255, 255, 255, 255, 255, 127, 1);
    return [
      ...payloads.map((payload) => Buffer.concat([Uint8Array.of(3), encodeFrame(payload)])),
      stream,
      huge,
    ];
  },
  run(input) {
    const stream = input.subarray(1);
    const { decoder, frames, refused } = pushed(stream, (input[0] ?? 0) + 1);
    let at = 0;
    const read = (target: Uint8Array): number => {
      const length = Math.min(target.length, 1 + (at % 5), stream.length - at);
      target.set(stream.subarray(at, at + length));
      at += length;
      return length;
    };
    for (const frame of frames) {
      const same = readFrame(read, LIMIT);
      check(same !== undefined && sameBytes(frame, same), 'both readers see the same frames');
      check(frame.length <= LIMIT, 'no frame is above the limit');
    }
    // A refusal takes the frames of its own chunk with it.
    if (refused) return;
    const next = refusable(ProtocolError, () => ({ frame: readFrame(read, LIMIT) }));
    check(next?.frame === undefined, 'neither reader sees more frames than the other');
    const clean = refusable(ProtocolError, () => {
      decoder.end();
      return true;
    });
    check((clean === true) === (next !== undefined), 'both see a stream that ends inside a frame');
  },
};

function pushed(stream: Uint8Array, step: number) {
  const decoder = new FrameDecoder(LIMIT);
  const frames: Uint8Array[] = [];
  const done = refusable(ProtocolError, () => {
    for (let at = 0; at < stream.length; at += step)
      frames.push(...decoder.push(stream.subarray(at, at + step)));
    return true;
  });
  return { decoder, frames, refused: done !== true };
}
