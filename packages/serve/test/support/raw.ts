import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A connection whose bytes the test chooses; closed after it. */
export function open(socketPath: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath, () => resolve(socket));
    socket.on('error', reject);
    onTestFinished(() => void socket.destroy());
  });
}

/** Everything that comes until the other side ends the connection, or `enough` is in it. */
export function answerOf(socket: Socket, enough?: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const done = (): void => resolve(text);
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      if (enough !== undefined && text.includes(enough)) done();
    });
    socket.on('close', done).on('error', done);
  });
}

/** Sends these bytes on a connection of their own; what comes back until `enough`, or the end. */
export async function exchange(socketPath: string, bytes: string, enough?: string): Promise<string> {
  const socket = await open(socketPath);
  socket.write(bytes, 'latin1');
  const answer = await answerOf(socket, enough);
  socket.destroy();
  return answer;
}
