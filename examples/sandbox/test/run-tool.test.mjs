import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { runTool } from '../run-tool.mjs';

const node = process.execPath;
let folder;
let outside;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'pvf-example-folder-'));
  // Not below a temporary directory, which the tool has one of its own of.
  outside = mkdtempSync(join(import.meta.dirname, '.outside-'));
  writeFileSync(join(folder, 'notes.txt'), 'one two\nthree\n');
  writeFileSync(join(outside, 'secret'), 'a secret');
});
after(() => {
  rmSync(folder, { recursive: true });
  rmSync(outside, { recursive: true });
});

const sh = (script, rest) => ({ program: 'sh', args: ['-c', script], ...rest });
const js = (script) => ({ program: node, args: ['-e', script] });

test('a good call has its output, and its files stay', async () => {
  assert.deepEqual(await runTool(folder, sh('sort -r notes.txt | tee sorted.txt')), {
    ok: true,
    status: 'exit code 0',
    stdout: 'three\none two\n',
    stderr: '',
    refused: {},
  });
  assert.equal(readFileSync(join(folder, 'sorted.txt'), 'utf8'), 'three\none two\n');
  assert.equal((await runTool(folder, sh('cat', { input: 'given' }))).stdout, 'given');
  assert.equal((await runTool(folder, sh('exit 3'))).status, 'exit code 3');
  assert.match((await runTool(folder, { program: 'no-such-program' })).status, /^not run: /);
});

test('nothing outside of the folder is read or written, no variable of ours is seen', async () => {
  const { ok, stdout } = await runTool(folder, { program: 'cat', args: [join(outside, 'secret')] });
  assert.deepEqual({ ok, stdout }, { ok: false, stdout: '' });
  await runTool(folder, sh(`echo changed > '${join(outside, 'secret')}'`));
  assert.equal(readFileSync(join(outside, 'secret'), 'utf8'), 'a secret');
  process.env.EXAMPLE_TOKEN = 'a secret';
  try {
    assert.equal((await runTool(folder, sh('echo "[$EXAMPLE_TOKEN]"'))).stdout, '[]\n');
  } finally {
    delete process.env.EXAMPLE_TOKEN;
  }
});

test('there is no network, not even to this machine', async () => {
  let connections = 0;
  const server = createServer(() => (connections += 1));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address();
    const connect = `require('node:net').connect(${port}, '127.0.0.1').on('connect', () => { console.log('in'); process.exit() }).on('error', (e) => { console.log(e.code); process.exit(1) })`;
    const { ok, stdout } = await runTool(folder, js(connect));
    assert.equal(ok, false);
    assert.match(stdout, /^E[A-Z]+\n$/);
    assert.equal(connections, 0);
  } finally {
    server.close();
  }
});

test('memory is bounded', async () => {
  const { status } = await runTool(folder, js('const all = []; for (;;) all.push(Buffer.alloc(1 << 24, 1))'));
  assert.equal(status, 'stopped: over its memory limit');
});

test('time is bounded, for what computes and for what sleeps', async () => {
  const loop = await runTool(folder, sh('while :; do :; done'), { limits: { cpuMs: 300 } });
  assert.equal(loop.status, 'stopped: over its cpu limit');
  const sleep = await runTool(folder, sh('sleep 60'), { limits: { wallMs: 300 } });
  assert.equal(sleep.status, 'stopped: over its wall limit');
});

test('output is bounded, and who makes too much of it is not held up', async () => {
  const { ok, stdout } = await runTool(folder, sh('head -c 1000000 /dev/zero | tr "\\0" x'));
  assert.equal(ok, true);
  assert.match(stdout, /^x{65536}\n\[934464 bytes more\]$/);
});

test('what it leaves behind ends with it', async () => {
  await runTool(folder, sh('(sleep 1; echo late > late.txt) & exit 0'));
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  assert.throws(() => readFileSync(join(folder, 'late.txt')), { code: 'ENOENT' });
});

test('the program around it runs', async () => {
  const main = join(import.meta.dirname, '../main.mjs');
  const { stdout } = await promisify(execFile)(node, [main], { timeout: 60_000 });
  assert.match(stdout, /counts words in its folder: exit code 0; says "3 notes.txt\\n"/);
  assert.match(stdout, /fills memory: stopped: over its memory limit/);
  assert.match(stdout, /never ends: stopped: over its cpu limit/);
  assert.match(stdout, /left in the folder: "one two\\nthree\\n"/);
});
