// `pvf serve` as a process: what it prints, who may ask, how it ends. What it answers is tested in @pvf/serve.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { EXIT } from '@pvf/cli';
import { compressedBlob, descendantsOf, type GuestName, garbageBlob, guest, isAlive } from '@pvf/test-kit';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory, temporaryFile } from './files.ts';
import { nobody } from './nobody.ts';
import { run } from './run.ts';
import { expectSchema } from './schema.ts';

const PVF = fileURLToPath(new URL('../bin/pvf', import.meta.url));
const TOKEN = 'a-token-of-the-tests';

/** The service once it has printed its first line. */
function start(...argv: string[]) {
  return startAs([PVF], ...argv);
}

async function startAs([program, ...before]: readonly [string, ...string[]], ...argv: string[]) {
  const env = { ...process.env, XDG_RUNTIME_DIR: temporaryDirectory() };
  const args = [...before, 'serve', '--no-cache', '--insecure', '--quiet', ...argv];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  onTestFinished(() => void child.kill('SIGKILL'));
  const stderr = text(child.stderr);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value: line, done } = await lines.next();
  expect(done, done ? await stderr : '').not.toBe(true);
  return { child, line: line as string, next: () => lines.next(), runtime: env.XDG_RUNTIME_DIR };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const exit = once(child, 'exit');
  child.kill(signal);
  return (await exit)[0];
}

function ready(socketPath: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path: '/readyz', agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    });
    asked.on('error', reject).end();
  });
}

test('on its socket by default, until SIGTERM, which is no failure and leaves nothing behind', async () => {
  const { child, line, runtime } = await start('--json');
  const socket = join(runtime, 'pvf.sock');
  expect(expectSchema(line)).toEqual({ command: 'serve', socket });
  expect(await ready(socket)).toBe(200);
  const workers = descendantsOf(child.pid as number);
  expect(workers.length).toBeGreaterThan(0);
  expect(await end(child, 'SIGTERM')).toBe(EXIT.ok);
  expect(existsSync(socket)).toBe(false);
  expect(workers.filter(({ pid }) => isAlive(pid))).toEqual([]);
});

test('on TCP its address has a token that it has made, and the page; Ctrl-C ends it', async () => {
  const { child, line, runtime } = await start('--listen', '127.0.0.1:0');
  const [, url, token] = /^page {4}(http:\/\/127\.0\.0\.1:\d+)\/#([\w-]{32})$/.exec(line) ?? [];
  expect(url, line).toBeDefined();
  expect(existsSync(join(runtime, 'pvf.sock'))).toBe(false);
  expect(await (await fetch(`${url}/`)).text()).toContain('<title>');
  expect((await fetch(`${url}/v1/status`)).status).toBe(401);
  const answer = await fetch(`${url}/v1/status`, { headers: { authorization: `Bearer ${token}` } });
  const { security } = (await answer.json()) as { security: { layers: { name: string; words: string }[] } };
  expect(security.layers.find(({ name }) => name === 'seccomp')?.words).toContain('system call filter');
  expect(await end(child, 'SIGINT')).toBe(EXIT.ok);
});

test('a token from a file is taken and not printed', async () => {
  const file = temporaryFile('token', `${TOKEN}\n`);
  const socket = join(temporaryDirectory(), 's');
  const argv = ['--json', '--listen', '127.0.0.1:0', '--token-file', file, '--socket', socket];
  const { child, line } = await start(...argv);
  expect(line).not.toContain(TOKEN);
  const { url, page } = expectSchema(line) as { url: string; page: string };
  expect(page).toBe(`${url}/`);
  const answer = await fetch(`${url}/v1/code`, { headers: { authorization: `Bearer ${TOKEN}` } });
  expect(answer.status).toBe(200);
  await answer.text();
  expect(await ready(socket)).toBe(200);
  expect(await end(child, 'SIGTERM')).toBe(EXIT.ok);
});

/** One request over the socket; an answer in JSON. */
function ask(socketPath: string, method: string, path: string, body?: Uint8Array) {
  return new Promise<{ status: number | undefined; body: Record<string, unknown> }>((resolve, reject) => {
    const headers = { 'content-type': 'application/octet-stream' };
    const asked = request(
      { socketPath, path, method, agent: false, ...(body !== undefined && { headers }) },
      (response) => {
        text(response).then((all) => resolve({ status: response.statusCode, body: JSON.parse(all) }), reject);
      },
    );
    asked.on('error', reject).end(body);
  });
}

test('imports and warnings are those of `pvf precheck` and `pvf inspect`, looked at in a process that ends', async () => {
  const { child, line } = await start('--json');
  const { socket } = JSON.parse(line) as { socket: string };
  const inspect = async (code: Uint8Array, params = '[]') => {
    const { codeHash } = (await ask(socket, 'POST', '/v1/code', code)).body;
    const query = new URLSearchParams({ executorParams: params });
    return ask(socket, 'GET', `/v1/code/${codeHash}/inspection?${query}`);
  };
  const files: [GuestName, string][] = [
    ['missing-import-called', '[]'],
    ['no-memory', '[]'],
    ['import-of-another-module', '[]'],
    ['initial-memory-above-limit', '[]'],
    ['initial-memory-above-limit', '[{"MaxMemoryPages":8192}]'],
  ];
  for (const [name, params] of files) {
    const path = temporaryFile('code.wasm', compressedBlob(guest(name)));
    const options = ['--json', '--executor-params', params, path];
    const precheck = await run(['precheck', '--no-cache', '--insecure', '--quiet', ...options]);
    const { report } = JSON.parse((await run(['inspect', ...options])).stdout);
    const { status, body } = await inspect(compressedBlob(guest(name)), params);
    expect([name, status]).toEqual([name, 200]);
    expect(body.warnings).toEqual(JSON.parse(precheck.stdout).pvfs[0].shortcomings);
    expect(body.report).toEqual(report);
  }
  const broken = await inspect(garbageBlob());
  expect(broken).toMatchObject({ status: 422, body: { code: 'INSPECTION_FAILED' } });
  const left = () =>
    descendantsOf(child.pid as number).filter(({ command }) => /inspector|launcher/.test(command));
  await expect.poll(left, { timeout: 30_000 }).toEqual([]);
  expect(await end(child, 'SIGTERM')).toBe(EXIT.ok);
});

const cluster = (socket: string) => ask(socket, 'GET', '/v1/cluster');

test('a cluster whose servers do not answer is told with its reason and without a secret; the service goes on', async () => {
  const address = (await nobody()).replace('//', '//me:secret@');
  const { child, line } = await start('--json', '--cluster', address);
  const { socket } = JSON.parse(line) as { socket: string };
  const { status, body } = await cluster(socket);
  expect([status, body.code, body.meta]).toEqual([503, 'CLUSTER_UNAVAILABLE', { reason: 'CONNECTION' }]);
  expect(JSON.stringify(body)).not.toContain('secret');
  expect((await ask(socket, 'GET', '/v1/status')).body).toMatchObject({ state: 'running', cluster: true });
  expect(await ready(socket)).toBe(200);
  expect(await end(child, 'SIGTERM')).toBe(EXIT.ok);
});

test('without a cluster none is told', async () => {
  const { child, line } = await start('--json');
  const { socket } = JSON.parse(line) as { socket: string };
  expect(await cluster(socket)).toMatchObject({ status: 404, body: { code: 'NO_CLUSTER' } });
  expect((await ask(socket, 'GET', '/v1/status')).body.cluster).toBe(false);
  expect(await end(child, 'SIGTERM')).toBe(EXIT.ok);
});

test('servers that say nothing do not hold up its end', async () => {
  const silent = createServer((connection) => void connection.on('error', () => {})).listen(0, '127.0.0.1');
  onTestFinished(() => void silent.close());
  await once(silent, 'listening');
  const connected = once(silent, 'connection');
  const { port } = silent.address() as { port: number };
  const { child, line } = await start('--json', '--cluster', `nats://127.0.0.1:${port}`);
  const { socket } = JSON.parse(line) as { socket: string };
  const asked = cluster(socket);
  await connected;
  const ended = end(child, 'SIGTERM');
  expect(await asked).toMatchObject({ status: 503, body: { code: 'SHUTTING_DOWN' } });
  expect(await ended).toBe(EXIT.ok);
});

/** Of the standalone programs: each thread of Node gets so much, and it counts as memory. */
const STACK_KIB = 300 * 1024;

test('a high limit of the stack takes nothing of the memory in which a module is looked into', async () => {
  const limited = `ulimit -S -s ${STACK_KIB} && exec "$0" "$@"`;
  const { child, line } = await startAs(['/bin/sh', '-c', limited, PVF], '--json');
  const { socket } = JSON.parse(line) as { socket: string };
  // Three custom sections without a name, of 20 MiB each.
  const section = Buffer.concat([Buffer.from([0, 0x80, 0x80, 0x80, 0x0a]), Buffer.alloc(20 * 1024 ** 2)]);
  const code = compressedBlob(Buffer.concat([guest('no-memory'), section, section, section]));
  const { codeHash } = (await ask(socket, 'POST', '/v1/code', code)).body;
  const { status, body } = await ask(socket, 'GET', `/v1/code/${codeHash}/inspection`);
  expect([status, body.detail]).toEqual([200, undefined]);
  expect(await end(child, 'SIGTERM')).toBe(EXIT.ok);
});

test.each([
  ['no place for the socket', [], '--socket'],
  ['no port', ['--listen', '127.0.0.1'], '--listen'],
  ['a port that is none', ['--listen', '127.0.0.1:70000'], '--listen'],
  ['a token without TCP', ['--socket', 's', '--token-file', 'x'], '--token-file'],
  [
    'a file that is not there',
    ['--listen', '127.0.0.1:0', '--token-file', '/nonexistent/x'],
    '/nonexistent/x',
  ],
  ['no job', ['--jobs', '0'], '--jobs'],
  ['credentials without a cluster', ['--socket', 's', '--creds', 'x'], '--cluster'],
  ['an address that is no cluster’s', ['--socket', 's', '--cluster', 'http://a'], 'nats://HOST:PORT'],
  [
    'credentials that are not there',
    ['--socket', 's', '--cluster', 'nats://a', '--creds', '/nowhere/x'],
    '/nowhere/x (ENOENT)',
  ],
])('usage: %s is told', async (_what, argv, named) => {
  const { code, stdout, stderr } = await run(['serve', ...argv]);
  expect([code, stdout]).toEqual([EXIT.badInput, '']);
  expect(stderr).toContain(named);
});

test('what the service refuses is told with its option; the host that was started is ended', async () => {
  const argv = ['serve', '--json', '--no-cache', '--insecure', '--quiet', '--listen'];
  const remote = await run([...argv, '0.0.0.0:0']);
  expect(remote.code).toBe(EXIT.badInput);
  expect(expectSchema(remote.stdout)).toMatchObject({
    error: {
      code: 'BAD_USAGE',
      meta: { option: '--listen' },
      remedy: expect.stringContaining('--allow-remote'),
    },
  });
  const socket = temporaryFile('file', 'kept');
  const taken = await run(['serve', '--json', '--no-cache', '--insecure', '--quiet', '--socket', socket]);
  expect(taken.code).toBe(EXIT.badInput);
  expect(expectSchema(taken.stdout)).toMatchObject({ error: { code: 'SERVE', meta: { reason: 'SOCKET' } } });
});
