import type { IncomingMessage, ServerResponse } from 'node:http';
import { ProblemError } from '../problem.ts';
import type { ByteBudget } from '../state/index.ts';

const FIRST_BYTES = 64 * 1024;

export interface BodyLimits {
  /** Of this body, bytes. */
  readonly bytes: number;
  /** Without a byte for that long it is given up, milliseconds. */
  readonly idleMs: number;
}

/**
 * Reads a whole body into one buffer that grows with what has come, not with what was announced. Its memory counts in the
 * budget until the response is done; `keep` puts that off until its result is called.
 * @throws ProblemError BODY_TOO_LARGE, BODY_TOO_SLOW, BODY_CUT, BUSY
 */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  budget: ByteBudget,
  limits: BodyLimits,
): Promise<{ bytes: Uint8Array; keep(): () => void }> {
  const announced = Number(request.headers['content-length']);
  const tooLarge = () =>
    new ProblemError('BODY_TOO_LARGE', `a body of this kind may have ${limits.bytes} bytes`, {
      meta: { limitBytes: limits.bytes },
    });
  if (announced > limits.bytes) throw tooLarge();
  if (request.headers.expect !== undefined) response.writeContinue();

  const lease = budget.lease();
  let kept = false;
  response.once('close', () => {
    if (!kept) lease.release();
  });
  let buffer = new Uint8Array(0);
  let length = 0;
  for await (const chunk of chunksOf(request, limits.idleMs)) {
    const end = length + chunk.byteLength;
    if (end > limits.bytes) throw tooLarge();
    if (end > buffer.byteLength) {
      const most = announced >= end ? announced : limits.bytes;
      const size = Math.min(Math.max(end, 2 * buffer.byteLength, Math.min(FIRST_BYTES, most)), most);
      await lease.grow(size - buffer.byteLength);
      const larger = new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
      larger.set(buffer.subarray(0, length));
      buffer = larger;
    }
    buffer.set(chunk, length);
    length = end;
  }
  return {
    bytes: buffer.subarray(0, length),
    keep() {
      kept = true;
      return () => lease.release();
    },
  };
}

/** Pauses the sender while nobody asks for more. */
async function* chunksOf(request: IncomingMessage, idleMs: number): AsyncGenerator<Buffer> {
  let timer: NodeJS.Timeout | undefined;
  let slow = false;
  const arm = (): void => {
    timer = setTimeout(() => {
      slow = true;
      request.destroy();
    }, idleMs);
  };
  try {
    arm();
    // The connection stays open after an error: the response goes over it.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      clearTimeout(timer);
      yield chunk as Buffer;
      arm();
    }
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    if (slow) throw new ProblemError('BODY_TOO_SLOW', `no byte of the body came within ${idleMs} ms`);
    throw new ProblemError('BODY_CUT', 'the connection ended before the body did');
  } finally {
    clearTimeout(timer);
  }
}
