// PVFs from a node, through polkadot-api's client, from a JSON-RPC server of this test's own.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { ADDER_PVF_PATH } from '@pvf/example-adder-pvf';
import { guest } from '@pvf/test-kit';
import { expect, onTestFinished, test } from 'vitest';
import { FINALIZED, serveNode } from './node-server.ts';
import { run } from './run.ts';

const adder = readFileSync(ADDER_PVF_PATH);
const code = { '0x3a636f6465': `0x${adder.toString('hex')}` };
const OLD = `0x${'01'.repeat(32)}`;

test('a parachain’s code at the last finalized block, and at another', async () => {
  const old = { '0x3a636f6465': `0x${Buffer.from(guest('trap')).toString('hex')}` };
  const { url, calls } = await serveNode({ [FINALIZED]: { storage: code }, [OLD]: { storage: old } });
  const now = await run(['inspect', '--json', '--url', url]);
  expect(now.code).toBe(0);
  expect(JSON.parse(now.stdout)).toMatchObject({
    file: 'adder-7',
    fileBytes: adder.length,
    readFrom: ['node'],
  });
  const then = await run(['inspect', '--json', '--url', url, '--at', OLD.slice(2)]);
  expect(JSON.parse(then.stdout).fileBytes).toBe(guest('trap').length);
  expect(new Set(calls)).toEqual(
    new Set(['chain_getFinalizedHead', 'state_getStorage', 'state_getRuntimeVersion']),
  );
});

test('from a relay chain: a para’s code, the session’s executor params and the bomb limit', async () => {
  const executorParams = [{ type: 'MaxMemoryPages', value: 3_000 }] as const;
  const state = { paras: { 2000: adder }, session: 42, executorParams, bombLimit: 20_000_000 };
  const { url } = await serveNode({ [FINALIZED]: state });
  const { code: exit, stdout } = await run([
    'precheck',
    '--no-cache',
    '--json',
    '--url',
    url,
    '--para',
    '2000',
  ]);
  expect(exit).toBe(0);
  const source = `${url}, session 42`;
  expect(JSON.parse(stdout)).toMatchObject({
    parameters: {
      executorParams: { given: true, source, value: executorParams },
      validationCodeBombLimit: { given: true, source, value: 20_000_000 },
    },
    pvfs: [{ file: 'para 2000', codeBytes: adder.length, outcome: { kind: 'ok' } }],
  });
});

test('where the runtime does not tell the bomb limit, the answer says that it is assumed', async () => {
  const { url } = await serveNode({ [FINALIZED]: { paras: { 1: adder } } });
  const { stdout } = await run(['inspect', '--json', '--url', url, '--para', '1']);
  expect(JSON.parse(stdout).parameters).toMatchObject({
    executorParams: { given: true, value: [] },
    validationCodeBombLimit: { given: false },
  });
});

test.each([
  ['an unknown block', ['--at', OLD], /does not know this block/],
  ['an unknown para', ['--para', '5'], /knows no code of para 5/],
  ['no code', [], /no runtime code at this block/],
  ['a hash that is none', ['--at', '0x12'], /exactly 32 bytes/],
])('%s', async (_, argv, message) => {
  const { url } = await serveNode({ [FINALIZED]: {} });
  const { code: exit, stderr } = await run(['inspect', '--url', url, ...argv]);
  expect([exit, stderr]).toEqual([2, expect.stringMatching(message)]);
});

test.each([
  ['nothing that is a node', ['--url', 'http://localhost'], /is not the address of a node/],
  ['a file and a node', [ADDER_PVF_PATH, '--url', 'ws://localhost:1'], /both say which PVF/],
  ['a block without node', [ADDER_PVF_PATH, '--at', OLD], /only with --url/],
])('usage: %s', async (_, argv, message) => {
  const { code: exit, stderr } = await run(['inspect', ...argv]);
  expect([exit, stderr]).toEqual([2, expect.stringMatching(message)]);
});

test('nobody listens', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  const { code: exit, stdout } = await run(['inspect', '--json', '--url', `ws://127.0.0.1:${port}`]);
  expect(exit).toBe(2);
  expect(JSON.parse(stdout).error).toMatchObject({
    code: 'NODE',
    remedy: expect.stringContaining('--rpc-port'),
  });
});

test('somebody listens who is no node, and Ctrl-C', async () => {
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  const abort = new AbortController();
  const running = run(['inspect', '--url', `ws://127.0.0.1:${port}`], { signal: abort.signal });
  setTimeout(() => abort.abort(), 200);
  expect((await running).code).toBe(130);
});
