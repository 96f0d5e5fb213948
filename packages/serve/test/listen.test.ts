// Where the service listens, and what it refuses to.
import { mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PvfServer, ServeError } from '../src/index.ts';
import { fakeHost } from './support/fake-host.ts';
import { overSocket, overTcp } from './support/over-socket.ts';
import { AUTHORIZED, serveFake, TOKEN, temporaryDirectory } from './support/service.ts';

const refusal = (options: object): Promise<unknown> =>
  PvfServer.start({ host: fakeHost().host, dashboard: false, ...options }).then(
    (server) => server.close(0).then(() => 'it started'),
    (error: unknown) => error,
  );

test.each(['0.0.0.0', '::', '192.0.2.1', 'example.org'])(
  '%s is refused unless asked for twice',
  async (address) => {
    const error = await refusal({ tcp: { port: 0, address, token: TOKEN } });
    expect(error).toBeInstanceOf(ServeError);
    expect(error).toMatchObject({ code: 'INVALID_OPTION', meta: { option: 'tcp.address' } });
  },
);

test('an address that was asked for twice is served, with the token', async () => {
  const tcp = { port: 0, address: '0.0.0.0', token: TOKEN, allowRemote: true };
  const { url } = await serveFake({ tcp });
  const local = url.replace('0.0.0.0', '127.0.0.1');
  expect((await overTcp(local, { path: '/v1/code' })).status).toBe(401);
  expect((await overTcp(local, { path: '/v1/code', headers: AUTHORIZED })).status).toBe(200);
  const byAddress = { ...AUTHORIZED, host: '192.0.2.1:9615' };
  expect((await overTcp(local, { path: '/v1/code', headers: byAddress })).status).toBe(200);
  const byName = { ...AUTHORIZED, host: 'evil.example' };
  expect((await overTcp(local, { path: '/v1/code', headers: byName })).status).toBe(421);
});

test.each([
  ['short', 'tcp.token'],
  ['with a space in the middle', 'tcp.token'],
])('the token "%s" is refused', async (token, option) => {
  expect(await refusal({ tcp: { port: 0, token } })).toMatchObject({
    code: 'INVALID_OPTION',
    meta: { option },
  });
});

test('a service that nobody could ask, or with limits that are none, is refused', async () => {
  expect(await refusal({})).toMatchObject({ code: 'INVALID_OPTION' });
  const limited = { tcp: { port: 0, token: TOKEN }, limits: { streams: 0 } };
  expect(await refusal(limited)).toMatchObject({
    code: 'INVALID_OPTION',
    meta: { option: 'limits.streams' },
  });
});

test('the socket is its owner’s alone, and gone after the end', async () => {
  const { server, socket } = await serveFake();
  expect(statSync(socket).mode & 0o777).toBe(0o600);
  await server.close(0);
  expect(statSync(socket, { throwIfNoEntry: false })).toBeUndefined();
});

test('a socket that is in use, or a file in its place, is left alone', async () => {
  const { socket } = await serveFake();
  expect(await refusal({ socket })).toMatchObject({ code: 'SOCKET', meta: { path: socket } });
  expect((await overSocket(socket, { path: '/healthz' })).status).toBe(200);
  const file = join(temporaryDirectory(), 'file');
  writeFileSync(file, 'kept');
  expect(await refusal({ socket: file })).toMatchObject({ code: 'SOCKET' });
  expect(statSync(file).size).toBe(4);
  const deep = join(mkdtempSync(join(temporaryDirectory(), 'x')), 'missing', 'socket');
  expect(await refusal({ socket: deep })).toMatchObject({ code: 'SOCKET' });
  expect(await refusal({ socket: join(temporaryDirectory(), 'x'.repeat(120)) })).toMatchObject({
    code: 'SOCKET',
  });
});

test('a port that is taken is said, and the socket of that start is not left behind', async () => {
  const { url } = await serveFake();
  const socket = join(temporaryDirectory(), 'socket');
  const error = await refusal({ socket, tcp: { port: Number(new URL(url).port), token: TOKEN } });
  expect(error).toMatchObject({ code: 'LISTEN' });
  expect(statSync(socket, { throwIfNoEntry: false })).toBeUndefined();
});
