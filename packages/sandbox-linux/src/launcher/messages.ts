import { readFully, writeAll } from '@pvf/linux';
import { encodeMessage, LENGTH_BYTES, MAX_MESSAGE_BYTES } from './protocol.ts';

/**
 * Reads one message, blocking.
 * @returns undefined at the end of the stream
 * @throws Error on a message that is cut or too long
 */
export function receive(fd: number): unknown {
  const head = Buffer.alloc(LENGTH_BYTES);
  if (readFully(fd, head) < LENGTH_BYTES) return undefined;
  const length = head.readUInt32LE(0);
  if (length > MAX_MESSAGE_BYTES) throw new Error(`a message of ${length} bytes is too long`);
  const body = Buffer.alloc(length);
  if (readFully(fd, body) < length) throw new Error('the message is cut');
  return JSON.parse(body.toString());
}

export function send(fd: number, message: Parameters<typeof encodeMessage>[0]): void {
  writeAll(fd, encodeMessage(message));
}
