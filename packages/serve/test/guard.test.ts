// Who may ask: token, Host, and the page that a browser asks for.
import { expect, test } from 'vitest';
import { overSocket, overTcp } from './support/over-socket.ts';
import { AUTHORIZED, serveFake, TOKEN } from './support/service.ts';

const PATH = '/v1/code';
const codeOf = (body: string): string | undefined => JSON.parse(body).code;

test('over TCP a token is wanted', async () => {
  const { url } = await serveFake();
  const tried = [
    [undefined, 'TOKEN_MISSING'],
    [`Basic ${TOKEN}`, 'TOKEN_MISSING'],
    ['Bearer ', 'TOKEN_MISSING'],
    [`Bearer ${'a'.repeat(600)}`, 'TOKEN_MISSING'],
    [`Bearer ${'x'.repeat(TOKEN.length)}`, 'TOKEN_WRONG'],
    [`Bearer ${TOKEN.slice(0, -1)}`, 'TOKEN_WRONG'],
    [`Bearer ${TOKEN}x`, 'TOKEN_WRONG'],
  ] as const;
  for (const [authorization, code] of tried) {
    const { status, headers, body } = await overTcp(url, {
      path: PATH,
      headers: authorization === undefined ? {} : { authorization },
    });
    expect([status, codeOf(body)], authorization).toEqual([401, code]);
    expect(headers['www-authenticate']).toBe('Bearer');
    expect(headers['content-type']).toContain('application/problem+json');
  }
  expect((await overTcp(url, { path: PATH, headers: AUTHORIZED })).status).toBe(200);
});

test('who tries tokens is told to wait; the right one passes all the same', async () => {
  const { url } = await serveFake();
  const wrong = () => overTcp(url, { path: PATH, headers: { authorization: 'Bearer wrong' } });
  const statuses = new Set<number>();
  for (let i = 0; i < 70; i++) statuses.add((await wrong()).status);
  expect([...statuses]).toEqual([401, 429]);
  expect((await overTcp(url, { path: PATH, headers: AUTHORIZED })).status).toBe(200);
});

test('only what supervisors and generators ask for is open', async () => {
  const { url } = await serveFake();
  for (const path of ['/healthz', '/readyz', '/openapi.json'])
    expect((await overTcp(url, { path })).status, path).toBe(200);
  for (const path of ['/metrics', '/v1/status', '/v1/events', '/v1/outcomes'])
    expect((await overTcp(url, { path })).status, path).toBe(401);
});

test('the Host header must name the service', async () => {
  const { url } = await serveFake({ tcp: { port: 0, token: TOKEN, hostNames: ['Node.example'] } });
  const asked = [
    ['localhost:1', 200],
    ['LOCALHOST', 200],
    ['[::1]:80', 200],
    ['node.example:9615', 200],
    ['evil.example', 421],
    ['localhost.evil.example', 421],
    ['evil.example:80@localhost', 421],
    ['10.0.0.1', 421],
  ] as const;
  for (const [host, expected] of asked) {
    const { status } = await overTcp(url, { path: PATH, headers: { ...AUTHORIZED, host } });
    expect(status, host).toBe(expected);
  }
});

test('browsers’ requests of other pages are refused, with the right token too, and on the socket', async () => {
  const { url, socket } = await serveFake();
  const { host } = new URL(url);
  const asked = [
    [{}, 200],
    [{ origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }, 200],
    [{ 'sec-fetch-site': 'none' }, 200],
    [{ origin: 'http://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: `http://${host}.evil.example` }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
  ] as const;
  for (const [headers, expected] of asked) {
    const all = { ...AUTHORIZED, host, ...headers };
    const answers = [
      await overTcp(url, { path: PATH, headers: all }),
      await overSocket(socket, { path: PATH, headers: all }),
    ];
    for (const answer of answers) {
      expect(answer.status, JSON.stringify(headers)).toBe(expected);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  }
});
