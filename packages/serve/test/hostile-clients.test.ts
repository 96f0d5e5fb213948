// Clients that mean harm, or do not know better: each gets a clear error, or is given up; memory stays bounded, and whoever
// asks properly meanwhile is answered.
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { eventsOf } from './support/events.ts';
import { VALIDATION } from './support/fake-host.ts';
import { memoryInUse } from './support/memory.ts';
import { overSocket } from './support/over-socket.ts';
import { answerOf, exchange, open } from './support/raw.ts';
import { serveFake, temporaryDirectory } from './support/service.ts';

const MIB = 1024 * 1024;
const CODE = 'POST /v1/code HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/octet-stream\r\n';
const healthy = async (socket: string) =>
  expect((await overSocket(socket, { path: '/healthz' })).status).toBe(200);

/** Writes so many chunks as fast as they are taken, until the other side has enough. */
async function flood(socket: Socket, chunk: Buffer, times: number): Promise<void> {
  for (let sent = 0; sent < times && socket.writable; sent++)
    if (!socket.write(chunk))
      await new Promise<void>((resolve) => {
        socket.once('drain', resolve).once('close', resolve);
      });
}

test('a gigabyte that is really sent is refused at its limit, and never in memory', async () => {
  const { socket } = await serveFake();
  const connection = await open(socket);
  connection.on('error', () => {});
  const answer = answerOf(connection, 'BODY_TOO_LARGE');
  connection.write(
    'POST /v1/prechecks HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
  );
  const piece = Buffer.alloc(MIB, ' ');
  const chunk = Buffer.concat([Buffer.from(`${MIB.toString(16)}\r\n`), piece, Buffer.from('\r\n')]);
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  }, 5);
  const before = process.memoryUsage().arrayBuffers;
  await Promise.race([flood(connection, chunk, 1_024), answer]);
  expect(await answer).toMatch(/^HTTP\/1\.1 413 /);
  await healthy(socket);
  clearInterval(watch);
  expect(most - before).toBeLessThan(64 * MIB);
});

test('uploads that are cut give their memory back, however many', async () => {
  const { socket } = await serveFake({ limits: { bodyBytesAtOnce: 300_000 } });
  for (let turn = 0; turn < 20; turn++) {
    const connection = await open(socket);
    connection.write(`${CODE}content-length: 200000\r\n\r\n${'x'.repeat(150_000)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
    connection.destroy();
  }
  const headers = { 'content-type': 'application/octet-stream' };
  const whole = { path: '/v1/code', method: 'POST', headers, body: new Uint8Array(290_000) };
  expect((await overSocket(socket, whole)).status).toBe(201);
  expect(JSON.parse((await overSocket(socket, { path: '/v1/code' })).body).codes).toHaveLength(1);
});

test('who sends a body too slowly is told so, and gives its place back', async () => {
  const { socket } = await serveFake({ limits: { idleMs: 300, bodyBytesAtOnce: 100_000 } });
  const slow = await exchange(socket, `${CODE}content-length: 100000\r\n\r\nabc`);
  expect(slow === '' || /^HTTP\/1\.1 408 /.test(slow), slow).toBe(true);
  const headers = { 'content-type': 'application/octet-stream' };
  const whole = { path: '/v1/code', method: 'POST', headers, body: new Uint8Array(100_000) };
  expect((await overSocket(socket, whole)).status).toBe(201);
});

test('who never reads its answers is given up', async () => {
  const { socket } = await serveFake({ limits: { idleMs: 300 } });
  const connection = await open(socket);
  connection.on('error', () => {});
  connection.pause();
  const closed = new Promise<void>((resolve) => connection.once('close', () => resolve()));
  // More answers than the buffers between two processes hold.
  for (let turn = 0; turn < 400; turn++)
    connection.write('GET /openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await healthy(socket);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  connection.resume();
  await closed;
  await healthy(socket);
});

test('event streams that nobody reads hold no events, and are given up; who reads misses none', async () => {
  const events = 3_000;
  const { socket, fake } = await serveFake({ limits: { idleMs: 500, keptEvents: events } });
  const deaf = await Promise.all(
    Array.from({ length: 30 }, async () => {
      const connection = await open(socket);
      connection.on('error', () => {});
      connection.write('GET /v1/events HTTP/1.1\r\nhost: localhost\r\n\r\n');
      connection.pause();
      return connection;
    }),
  );
  const good = await open(socket);
  const heard = answerOf(good, `"requestId":"r${events}"`);
  good.write('GET /v1/events?after=start HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await new Promise((resolve) => setTimeout(resolve, 300));
  const before = memoryInUse();
  const message = 'm'.repeat(4_000);
  for (let n = 1; n <= events; n++) {
    const outcome = { ...VALIDATION, kind: 'invalid', vote: 'against', message, requestId: `r${n}` };
    fake.tell({ type: 'outcome', request: 'backing', outcome } as never);
    if (n % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const ids = eventsOf(
    (await heard)
      .slice((await heard).indexOf('\r\n\r\n') + 4)
      .replace(/^[0-9a-f]+\r\n|\r\n[0-9a-f]*\r?\n?/gm, ''),
  )
    .filter(({ event }) => event === 'outcome')
    .map(({ data }) => data.outcome.requestId);
  expect(ids).toEqual(Array.from({ length: events }, (_, n) => `r${n + 1}`));
  // 30 times 12 MB would be 360 MB; the log itself has 12 MB and the good reader's text as much.
  expect(memoryInUse() - before).toBeLessThan(120 * MIB);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  for (const connection of deaf) connection.resume();
  await Promise.all(
    deaf.map((each) => (each.closed ? undefined : new Promise((resolve) => each.once('close', resolve)))),
  );
  await healthy(socket);
});

test('a connection on which many bodies come after their answers keeps nothing of them', async () => {
  const { socket } = await serveFake();
  const warnings: Error[] = [];
  const heed = (warning: Error): void => void warnings.push(warning);
  process.on('warning', heed);
  onTestFinished(() => void process.off('warning', heed));
  const connection = await open(socket);
  let told = '';
  connection.setEncoding('utf8').on('data', (chunk) => {
    told += chunk;
  });
  for (let turn = 1; turn <= 15; turn++) {
    const id = `x-request-id: late-${turn}\r\n`;
    connection.write(`POST /v1/nothing HTTP/1.1\r\nhost: localhost\r\n${id}content-length: 4\r\n\r\n`);
    await expect.poll(() => told, { interval: 5 }).toContain(`"urn:pvf:request:late-${turn}"`);
    connection.write('late');
  }
  await healthy(socket);
  expect(warnings).toEqual([]);
});

test('no path leads out of the page’s files, or to a route by another name', async () => {
  const folder = temporaryDirectory();
  const page = join(folder, 'page');
  mkdirSync(page);
  writeFileSync(join(page, 'index.html'), 'the page');
  writeFileSync(join(folder, 'secret'), 'a secret');
  const { socket } = await serveFake({ dashboard: page });
  expect((await overSocket(socket, { path: '/' })).body).toBe('the page');
  for (const path of [
    '/../secret',
    '/%2e%2e/secret',
    '/..%2fsecret',
    '/.%2e/secret',
    '/..\\secret',
    '//secret',
    '/./../secret',
    '/index.html/../../secret',
    '/index.html%00.js',
    '/%c0%ae%c0%ae/secret',
    '/%',
    '/v1/code/../status',
    '/v1//status',
    '/V1/STATUS',
    '/v1/status/',
    '/v1/code/0x..%2f..%2fsecret/inspection',
    `/${'a'.repeat(10_000)}`,
  ]) {
    const { status, body, headers } = await overSocket(socket, { path });
    expect([path, status >= 400 && status < 500], body).toEqual([path, true]);
    expect(headers['content-type'], path).toContain('application/problem+json');
    expect(body).not.toContain('a secret');
  }
});

test('what is no HTTP, or two requests in one, is refused with a problem', async () => {
  const { socket } = await serveFake();
  for (const [what, bytes] of [
    ['noise', '\x16\x03\x01\x00\xee\x01\x00\r\n\r\n'],
    ['two lengths', 'POST /v1/code HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    ['length and chunks', `${CODE}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['no host', 'GET /healthz HTTP/1.1\r\n\r\n'],
    ['a header too large', `GET /healthz HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`],
    ['a chunk that is none', `${CODE}transfer-encoding: chunked\r\n\r\nzz\r\n`],
  ]) {
    const answer = await exchange(socket, bytes as string);
    expect(answer.split('\r\n')[0], what).toMatch(/^HTTP\/1\.1 4\d\d /);
    await healthy(socket);
  }
});

test('more connections than there may be are closed; the others are answered', async () => {
  const { socket } = await serveFake({ limits: { connections: 4 } });
  const all = await Promise.all(Array.from({ length: 12 }, () => open(socket)));
  const answers = all.map((each) => {
    each.on('error', () => {});
    const answer = answerOf(each, 'alive');
    each.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
    return answer;
  });
  const told = await Promise.all(answers);
  expect(told.filter((answer) => answer.includes('200 OK'))).toHaveLength(4);
  for (const each of all) each.destroy();
  await expect
    .poll(
      () =>
        overSocket(socket, { path: '/healthz' }).then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 30_000 },
    )
    .toBe(200);
});

test('more requests in ten seconds than may be are told when to come again', async () => {
  const { socket } = await serveFake({ limits: { requestsPer10s: 5 } });
  const answers = [];
  for (let turn = 0; turn < 8; turn++) answers.push(await overSocket(socket, { path: '/v1/code' }));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
  const last = answers.at(-1);
  expect(JSON.parse(last?.body ?? '')).toMatchObject({ code: 'TOO_MANY_REQUESTS', status: 429 });
  expect(last?.headers['retry-after']).toBeDefined();
});

test('a request id of the client’s is kept if it is harmless, and each has one', async () => {
  const { socket } = await serveFake();
  const asked = { path: '/v1/nothing' };
  const mine = await overSocket(socket, { ...asked, headers: { 'x-request-id': 'block-77.a' } });
  expect(mine.headers['x-request-id']).toBe('block-77.a');
  expect(JSON.parse(mine.body).instance).toBe('urn:pvf:request:block-77.a');
  const ids = new Set<unknown>();
  for (const given of ['a b', '<b>', 'x'.repeat(65), '']) {
    const { headers } = await overSocket(socket, { ...asked, headers: { 'x-request-id': given } });
    expect(headers['x-request-id']).toMatch(/^[0-9a-f]{8}-\d+$/);
    ids.add(headers['x-request-id']);
  }
  expect(ids.size).toBe(4);
});
