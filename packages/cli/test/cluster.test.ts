// What the cluster's commands refuse before there is a server; with servers: packages/cluster/check/cli.check.ts.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { EXIT } from '@pvf/cli';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFile } from './files.ts';
import { nobody } from './nobody.ts';
import { run } from './run.ts';
import { expectSchema } from './schema.ts';

const pvf = () => temporaryFile('x.wasm', Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));

test.each([
  ['no server is named', ['cluster', 'status'], '--nats'],
  ['no run is named', ['cluster', 'cancel', '--nats', 'nats://127.0.0.1:9'], 'name'],
  ['redundancy of none', ['precheck', 'x.wasm', '--cluster', 'nats://a', '--redundancy', '0'], '1 to 16'],
])('usage: %s', async (_, argv, names) => {
  const { code, stdout, stderr } = await run(argv);
  expect([code, stdout]).toEqual([EXIT.badInput, '']);
  expect(stderr).toContain(names);
});

test.each([
  ['--redundancy', ['--redundancy', '2'], '--cluster'],
  ['--creds', ['--creds', 'x'], '--cluster'],
  ['--jobs', ['--cluster', 'nats://127.0.0.1:9', '--jobs', '2'], 'each agent has its own'],
  ['--cache-dir', ['--cluster', 'nats://127.0.0.1:9', '--cache-dir', '/x'], 'each agent has its own'],
])('precheck and replay: %s has no effect there, and is refused', async (option, argv, remedy) => {
  for (const command of [
    ['precheck', pvf()],
    ['replay', 'x.jsonl', '--pvf', pvf()],
  ]) {
    const { code, stderr } = await run([...command, ...argv]);
    expect(code).toBe(EXIT.badInput);
    expect(stderr).toContain(option);
    expect(stderr).toContain(remedy);
  }
});

test.each([['status'], ['cancel', 'july']])('cluster %s: a server that is not there', async (...command) => {
  const url = await nobody();
  const words = command.filter((word) => typeof word === 'string');
  const { code, stdout, stderr } = await run(['cluster', ...words, '--nats', url, '--json']);
  expect(code).toBe(EXIT.badInput);
  expect(expectSchema(stdout).error).toMatchObject({
    code: 'CLUSTER',
    meta: { reason: 'CONNECTION' },
    remedy: expect.stringContaining('check address'),
  });
  expect(stderr).toContain(url);
});

test('a server that is too old is refused with both versions, by each command', async () => {
  const info = {
    server_id: 'old',
    version: '2.9.10',
    proto: 1,
    max_payload: 1024 ** 2,
    headers: true,
    jetstream: true,
  };
  const old = createServer((socket) => {
    socket.on('error', () => {});
    socket.write(`INFO ${JSON.stringify(info)}\r\n`);
    socket.on('data', (data) => data.includes('PING') && socket.write('PONG\r\n'));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void old.close());
  await once(old, 'listening');
  const url = `nats://127.0.0.1:${(old.address() as { port: number }).port}`;
  for (const argv of [
    ['cluster', 'status', '--nats', url],
    ['cluster', 'cancel', 'july', '--nats', url],
    ['precheck', pvf(), '--cluster', url],
  ]) {
    const { code, stdout } = await run([...argv, '--json']);
    expect(code).toBe(EXIT.badInput);
    expect(expectSchema(stdout).error).toMatchObject({
      code: 'CLUSTER',
      meta: { reason: 'SERVER_VERSION', details: { found: '2.9.10', least: '2.10.0' } },
      message: expect.stringContaining('2.9.10'),
      remedy: 'upgrade all servers of the cluster',
    });
  }
});

test.each([
  [['--password-file', 'x'], '--user'],
  [['--user', 'me', '--password-file', '/nowhere/password'], '/nowhere/password'],
  [['--creds', '/nowhere/x.creds'], '/nowhere/x.creds (ENOENT)'],
  [['--nkey', '/nowhere/x.nk'], '/nowhere/x.nk (ENOENT)'],
  [['--tls-ca', '/nowhere/ca.pem'], '/nowhere/ca.pem (ENOENT)'],
])('credentials that cannot be read are told before a server is asked: %j', async (options, names) => {
  const { code, stdout, stderr } = await run([
    'cluster',
    'status',
    '--nats',
    'nats://127.0.0.1:9',
    ...options,
  ]);
  expect([code, stdout]).toEqual([EXIT.badInput, '']);
  expect(stderr).toContain(names);
});

test('what is no server of NATS is told, and no secret with it', async () => {
  const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(
    0,
    '127.0.0.1',
  );
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const argv = ['precheck', pvf(), '--cluster', `nats://me:secret@127.0.0.1:${port}`];
  const { code, stdout, stderr } = await run(argv);
  expect([code, stdout]).toEqual([EXIT.badInput, '']);
  expect(stderr).toContain(`127.0.0.1:${port}`);
  expect(stderr).not.toContain('secret');
});
