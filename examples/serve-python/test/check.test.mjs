import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { ADDER_PVF_PATH, adderChain, encodeAdderBlock } from '@pvf/example-adder-pvf';
import { PersistedValidationData, PoV } from '@pvf/protocol';

const CHECK = join(import.meta.dirname, '../check.py');
const PVF = join(dirname(createRequire(import.meta.url).resolve('@pvf/cli/package.json')), 'bin/pvf');
const TOKEN = 'a-token-of-the-example';
const [first] = adderChain([5n]);
const validationData = {
  parentHead: first.parentHead,
  relayParentNumber: 9,
  relayParentStorageRoot: new Uint8Array(32),
  maxPovSize: 1_000_000,
};
const exported = (blockData) =>
  Buffer.concat([PoV.encode({ blockData }), PersistedValidationData.encode(validationData)]);

let folder;
let service;
let url;
before(async () => {
  const { status, stderr } = spawnSync('python3', ['--version'], { encoding: 'utf8' });
  assert.equal(status, 0, `this test needs python3: ${stderr}`);
  folder = mkdtempSync(join(tmpdir(), 'pvf-example-python-'));
  writeFileSync(join(folder, 'good.pov'), exported(first.blockData));
  writeFileSync(join(folder, 'bad.pov'), exported(encodeAdderBlock({ state: 1n, add: 5n })));
  writeFileSync(join(folder, 'token'), TOKEN);
  writeFileSync(join(folder, 'no.wasm'), Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 255]));
  const listen = [
    '--listen',
    '127.0.0.1:0',
    '--token-file',
    join(folder, 'token'),
    '--socket',
    join(folder, 's'),
  ];
  service = spawn(PVF, ['serve', '--json', '--no-cache', '--insecure', '--quiet', ...listen], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { value: line, done } = await createInterface({ input: service.stdout })
    [Symbol.asyncIterator]()
    .next();
  assert.ok(!done, 'pvf serve did not start');
  ({ url } = JSON.parse(line));
});
after(async () => {
  const exit = once(service, 'exit');
  service.kill('SIGTERM');
  await exit;
  rmSync(folder, { recursive: true });
});

/** Exit status and output of the program. */
function check(...args) {
  return new Promise((resolve) => {
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
    execFile('python3', [CHECK, ...args], { cwd: folder, timeout: 120_000, env }, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : error.code, stdout, stderr }),
    );
  });
}

for (const [where, address] of [
  ['the Unix socket', () => [join(folder, 's')]],
  ['TCP with a token', () => [url, '--token-file', 'token']],
])
  test(`over ${where}: precheck, then a block that is accepted and one that is refused`, async () => {
    const good = await check(...address(), ADDER_PVF_PATH, 'good.pov');
    assert.equal(good.status, 0, good.stderr);
    assert.match(
      good.stdout,
      /^precheck of 0x[0-9a-f]{64}: ok, vote for\nvalidation: valid, vote unchecked\n$/,
    );
    assert.match(good.stderr, /executing/);
    const bad = await check(...address(), ADDER_PVF_PATH, 'bad.pov');
    assert.equal(bad.status, 1, bad.stderr);
    assert.match(bad.stdout, /validation: invalid, vote unchecked: '/);
  });

test('a runtime that is none is refused, a service that cannot be asked says nothing', async () => {
  const none = await check(join(folder, 's'), 'no.wasm');
  assert.equal(none.status, 1, none.stderr);
  assert.match(none.stdout, /failed, vote against/);
  writeFileSync(join(folder, 'wrong'), 'a-token-that-is-wrong');
  const wrong = await check(url, ADDER_PVF_PATH, '--token-file', 'wrong');
  assert.deepEqual([wrong.status, wrong.stdout], [3, '']);
  assert.match(wrong.stderr, /^no answer: TOKEN_WRONG: /);
  const away = await check(join(folder, 'nobody'), ADDER_PVF_PATH);
  assert.equal(away.status, 3);
});
