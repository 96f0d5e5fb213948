// Bodies that are too large, cut, or not what they say: each gets its problem, and the service goes on.
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { overSocket } from './support/over-socket.ts';
import { serveFake } from './support/service.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const CODE_TYPE = { 'content-type': 'application/octet-stream' };
const PRECHECK = { path: '/v1/prechecks', method: 'POST' };

async function problem(
  socket: string,
  options: Parameters<typeof overSocket>[1],
): Promise<{ status: number; code: string; detail: string }> {
  const { status, body, headers } = await overSocket(socket, options);
  expect(headers['content-type']).toContain('application/problem+json');
  const { code, detail, instance } = JSON.parse(body);
  expect(instance).toBe(`urn:pvf:request:${headers['x-request-id']}`);
  return { status, code, detail };
}

const NO_JSON: readonly (readonly [string, string | Uint8Array])[] = [
  ['nothing', ''],
  ['half of an object', '{"codeHash":'],
  ['a key that changes prototypes', '{"__proto__": {"codeHash": 1}}'],
  ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22)],
  ['deep nesting without end', '['.repeat(100_000)],
];

test('JSON that is none is told so', async () => {
  const { socket } = await serveFake();
  for (const [what, body] of NO_JSON)
    expect(await problem(socket, { ...PRECHECK, headers: JSON_TYPE, body }), what).toMatchObject({
      status: 400,
      code: 'BAD_JSON',
    });
});

const NOT_OF_THE_SCHEMA: readonly (readonly [string, string])[] = [
  ['no object', '[]'],
  ['a field that is missing', '{"executorParams":[],"validationCodeBombLimit":1}'],
  [
    'a field that there is not',
    `{"codeHash":"0x${'00'.repeat(32)}","executorParams":[],"validationCodeBombLimit":1,"bombLimit":2}`,
  ],
  [
    'a number in a text',
    `{"codeHash":"0x${'00'.repeat(32)}","executorParams":[],"validationCodeBombLimit":"1"}`,
  ],
];

test('a request that its schema does not allow is told so, and never reaches the host', async () => {
  const { socket, fake } = await serveFake();
  for (const [what, body] of NOT_OF_THE_SCHEMA)
    expect(await problem(socket, { ...PRECHECK, headers: JSON_TYPE, body }), what).toMatchObject({
      status: 400,
      code: 'INVALID_REQUEST',
    });
  expect(fake.asked).toHaveLength(0);
});

test('a body over its limit is refused, announced or not, and the next request is answered', async () => {
  const { socket } = await serveFake({ limits: { jsonBytes: 1_000, storedCodeBytes: 2_000 } });
  const announced = await problem(socket, { ...PRECHECK, headers: JSON_TYPE, body: ' '.repeat(1_001) });
  expect(announced).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
  const chunked = { ...JSON_TYPE, 'transfer-encoding': 'chunked' };
  expect(await problem(socket, { ...PRECHECK, headers: chunked, body: ' '.repeat(5_000) })).toMatchObject({
    status: 413,
  });
  const code = { path: '/v1/code', method: 'POST', headers: CODE_TYPE, body: new Uint8Array(2_001) };
  expect(await problem(socket, code)).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
  const fits = await overSocket(socket, { ...code, body: new Uint8Array(2_000) });
  expect(fits.status).toBe(201);
});

test('a gigabyte that is only announced is refused before it comes', async () => {
  const { socket } = await serveFake();
  const answer = await new Promise<string>((resolve, reject) => {
    let text = '';
    const connection = connect(socket, () =>
      connection.write(
        'POST /v1/code HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/octet-stream\r\ncontent-length: 1000000000\r\n\r\nabc',
      ),
    );
    connection.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      if (text.includes('BODY_TOO_LARGE')) connection.destroy();
    });
    connection.on('close', () => resolve(text)).on('error', reject);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
});

test('an upload that is cut is forgotten, with its memory', async () => {
  const { socket } = await serveFake();
  await new Promise<void>((resolve) => {
    const connection = connect(socket, () =>
      connection.write(
        'POST /v1/code HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/octet-stream\r\ncontent-length: 1000\r\n\r\nabc',
        () => connection.destroy(),
      ),
    );
    connection.on('close', () => resolve());
  });
  const list = await overSocket(socket, { path: '/v1/code' });
  expect(JSON.parse(list.body).codes).toEqual([]);
});

test('bodies of another type, methods and paths that there are not get their problem', async () => {
  const { socket } = await serveFake();
  const text = { ...PRECHECK, headers: { 'content-type': 'text/plain' }, body: '{}' };
  expect(await problem(socket, text)).toMatchObject({ status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' });
  expect(await problem(socket, { path: '/v1/status', method: 'DELETE' })).toMatchObject({ status: 405 });
  expect(await problem(socket, { path: '/v1/nothing' })).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  const inspection = { path: `/v1/code/0x${'00'.repeat(32)}/inspection` };
  expect(await problem(socket, inspection)).toMatchObject({ status: 404, code: 'CODE_NOT_FOUND' });
});

test('without a way to look into modules there is no inspection', async () => {
  const { socket } = await serveFake();
  const code = { path: '/v1/code', method: 'POST', headers: CODE_TYPE, body: 'code' };
  const { codeHash } = JSON.parse((await overSocket(socket, code)).body);
  const { status, detail } = await problem(socket, { path: `/v1/code/${codeHash}/inspection` });
  expect(status).toBe(404);
  expect(detail).toContain('without a way to look into modules');
});
