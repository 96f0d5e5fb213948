// What is left of attempts to connect: nothing. The servers here only accept, or say what they are and hang up.
import { once } from 'node:events';
import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Connection } from '../src/connection/index.ts';
import { withoutLeftovers } from '../src/connection/sockets.ts';

/** A server of which the test sees each connection. */
async function server(onConnection: (socket: Socket) => void = () => {}) {
  const open = new Set<Socket>();
  let accepted = 0;
  const listening = createServer((socket) => {
    accepted += 1;
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
    // Only who reads notices that the other side is gone.
    socket.resume();
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    listening.close();
  });
  await once(listening, 'listening');
  const { port } = listening.address() as { port: number };
  return { url: `nats://127.0.0.1:${port}`, port, open, accepted: () => accepted, listening };
}

const WITHIN = { timeout: 30_000 };

test('servers that say nothing are given up one after the other, and nothing stays of it', async () => {
  const [one, two] = [await server(), await server()];
  const opening = Connection.open({ servers: [one.url, two.url] }, { connectMs: 300 });
  await expect(opening).rejects.toMatchObject({ code: 'CONNECTION' });
  expect([one.accepted(), two.accepted()]).toEqual([1, 1]);
  await expect.poll(() => one.open.size + two.open.size, WITHIN).toBe(0);
});

test('an attempt that is given up ends at once, with all servers that were still to come', async () => {
  const [one, two] = [await server(), await server()];
  const leave = new AbortController();
  const opening = Connection.open(
    { servers: [one.url, two.url] },
    { connectMs: 600_000, signal: leave.signal },
  );
  await expect.poll(() => one.accepted() + two.accepted(), WITHIN).toBe(1);
  leave.abort(new Error('left'));
  await expect(opening).rejects.toThrow('left');
  await expect.poll(() => one.open.size + two.open.size, WITHIN).toBe(0);
  await expect(
    Connection.open({ servers: one.url }, { connectMs: 600_000, signal: leave.signal }),
  ).rejects.toThrow('left');
  await expect.poll(() => one.open.size, WITHIN).toBe(0);
});

test('sockets of others, and those that are made once it is connected, are left alone', async () => {
  const one = await server();
  const others = connectSocket(one.port, '127.0.0.1');
  onTestFinished(() => void others.destroy());
  let made: Socket | undefined;
  const later = await withoutLeftovers(async () => {
    made = connectSocket(one.port, '127.0.0.1');
    await once(made, 'connect');
    const begin = Promise.withResolvers<void>();
    return { begin: begin.resolve, socket: begin.promise.then(() => connectSocket(one.port, '127.0.0.1')) };
  });
  later.begin();
  const second = await later.socket;
  onTestFinished(() => void second.destroy());
  await once(second, 'connect');
  onTestFinished(() => void made?.destroy());
  expect([others.destroyed, made?.destroyed, second.destroyed]).toEqual([false, false, false]);
  await expect.poll(() => one.open.size, WITHIN).toBe(3);
});
