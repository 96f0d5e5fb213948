import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { encodeFrame } from '@pvf/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Connection } from '../../src/worker/connection.ts';
import { tempDir } from '../support/fake-worker.ts';

/** A connection of the host and the socket at its other end. */
async function pair(): Promise<{ connection: Connection; worker: Socket; gone: Promise<void> }> {
  const path = join(tempDir(), 's');
  const server = createServer();
  server.listen(path);
  const worker = connect(path);
  worker.on('error', () => {});
  const [socket] = (await once(server, 'connection')) as [Socket];
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  const connection = new Connection(socket, resolve);
  onTestFinished(() => {
    connection.destroy();
    worker.destroy();
    server.close();
  });
  return { connection, worker, gone };
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

it('sends a frame in pieces and receives one, whatever the chunks', async () => {
  const { connection, worker } = await pair();
  await connection.send([bytes(1, 2), bytes(3)]);
  const [sent] = (await once(worker, 'data')) as [Buffer];
  expect([...sent]).toEqual([3, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3]);
  const answer = connection.receive();
  for (const byte of encodeFrame(bytes(7, 8, 9))) worker.write(bytes(byte));
  expect([...(await answer)]).toEqual([7, 8, 9]);
});

it('sends shared memory', async () => {
  const { connection, worker } = await pair();
  const large = new Uint8Array(new SharedArrayBuffer(1 << 20)).fill(5);
  let received = 0;
  worker.on('data', (chunk) => (received += chunk.length));
  await connection.send([large]);
  while (received < large.length + 8) await once(worker, 'data');
  expect(received).toBe(large.length + 8);
});

describe('breaks, and says so to whoever waits,', () => {
  it.each<[string, (worker: Socket) => void]>([
    ['when the worker goes', (worker) => worker.destroy()],
    ['when the worker closes its end', (worker) => worker.end()],
    ['when a frame is cut', (worker) => worker.end(encodeFrame(bytes(1, 2, 3)).subarray(0, 9))],
    ['when a frame of 2^63 bytes is announced', (worker) => worker.write(bytes(0, 0, 0, 0, 0, 0, 0, 0x80))],
    ['when the limit is exceeded', (worker) => worker.write(bytes(1, 0, 0, 16, 0, 0, 0, 0))],
  ])('%s', async (_, act) => {
    const { connection, worker, gone } = await pair();
    const answer = connection.receive();
    act(worker);
    await expect(answer).rejects.toMatchObject({ name: 'ConnectionError' });
    await gone;
    await expect(connection.receive()).rejects.toMatchObject({ name: 'ConnectionError' });
    await expect(connection.send([bytes(1)])).rejects.toMatchObject({ name: 'ConnectionError' });
  });

  it('when an answer comes that nobody asked for', async () => {
    const { connection, worker, gone } = await pair();
    worker.write(encodeFrame(bytes(1)));
    await gone;
    await expect(connection.receive()).rejects.toMatchObject({ name: 'ConnectionError' });
  });
});
