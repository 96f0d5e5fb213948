// What each package must do when it is installed alone, from its tarball. Run in the folder of the installation:
// `node smoke.mjs PACKAGE ADDER_WASM`; throws if something does not work.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const [name = '', adder = ''] = process.argv.slice(2);
const bin = resolve('node_modules/.bin');
/** Nothing but what the launcher of `pvf` needs to find Node. */
const PATH = `${dirname(process.execPath)}:/usr/bin:/bin`;

/** The parent head of the adder's first block: number 0, no parent, Keccak-256 of the state 0. */
const GENESIS_HEAD = `${'00'.repeat(40)}011b4d03dd8c01f1049143cf9c4c817e4b167f1d1b83e5c6f0f10d89ba1e7bce`;
const BLOCK = '00000000000000000500000000000000';

function output(program, args, env = {}) {
  return execFileSync(program, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

async function workerProgram(kind) {
  const { workerProgramPath, VERSION } = await import(`@pvf/${kind}-worker`);
  for (const program of [workerProgramPath, join(bin, `pvf-${kind}-worker`)]) {
    assert.equal(output(program, ['--version']), VERSION);
    output(program, ['--check-can-enable-seccomp']);
  }
}

const SMOKE = {
  async protocol() {
    const { encodeFrame, FrameDecoder, PrepareWorkerResult } = await import('@pvf/protocol');
    const result = { ok: false, error: { type: 'TimedOut' } };
    const frames = new FrameDecoder(64).push(encodeFrame(PrepareWorkerResult.encode(result)));
    assert.deepEqual(PrepareWorkerResult.decode([...frames][0]), result);
  },
  async linux() {
    const { exitNow, forkChild, landlockAbi, waitForChild } = await import('@pvf/linux');
    const { SIGKILL } = await import('@pvf/linux/constants');
    assert.equal(SIGKILL, 9);
    assert.equal(typeof landlockAbi(), 'number');
    for (const each of [exitNow, forkChild, waitForChild]) assert.equal(typeof each, 'function');
  },
  async 'sandbox-linux'() {
    const { exitNow, forkChild, initialise, landlockAbi, waitForChild } = await import('@pvf/sandbox-linux');
    assert.equal(typeof landlockAbi(), 'number');
    assert.deepEqual(
      [exitNow, forkChild, initialise, waitForChild].map((each) => typeof each),
      Array(4).fill('function'),
    );
  },
  async executor() {
    const { rewriteModule } = await import('@pvf/executor');
    const module = rewriteModule(readFileSync(adder), { stackLogicalMax: 65536, target: 'engine' });
    assert.ok(WebAssembly.validate(module));
  },
  async worker() {
    const { parseCommandLine } = await import('@pvf/worker');
    assert.deepEqual(parseCommandLine('prepare', ['--version']), { type: 'version' });
  },
  'prepare-worker': () => workerProgram('prepare'),
  'execute-worker': () => workerProgram('execute'),
  async host() {
    const { PvfHost } = await import('@pvf/host');
    const host = await PvfHost.start({ secureMode: false });
    try {
      const outcome = await host.precheck({
        code: readFileSync(adder),
        executorParams: [],
        validationCodeBombLimit: 30 * 1024 * 1024,
      });
      assert.equal(outcome.kind, 'ok');
    } finally {
      await host.close();
    }
  },
  async component() {
    const { ComponentError, createProject, describeComponent, flatten } = await import('@pvf/component');
    const [header, home] = [
      Uint8Array.of(0, 0x61, 0x73, 0x6d, 13, 0, 1, 0),
      mkdtempSync(join(tmpdir(), 'pvf-')),
    ];
    try {
      assert.equal(describeComponent(header).obstacle.code, 'WRONG_WORLD');
      // What its toolchain adds is tried where that is installed.
      await assert.rejects(flatten(header, { toolchain: home }), ComponentError);
      assert.ok(createProject(join(home, 'project')).includes('src/validation-function.ts'));
    } finally {
      rmSync(home, { recursive: true });
    }
  },
  async serve() {
    const { PvfHost } = await import('@pvf/host');
    const { PvfServer } = await import('@pvf/serve');
    const { bytes, createClient } = await import('@pvf/serve/client');
    const host = await PvfHost.start({ secureMode: false });
    const token = 'a-token-for-this-check';
    const server = await PvfServer.start({ host, tcp: { port: 0, token }, closeHost: true });
    try {
      const client = createClient({ baseUrl: server.url, token });
      const { data: code } = await client.POST('/v1/code', bytes(Uint8Array.from(readFileSync(adder))));
      const body = { codeHash: code.codeHash, executorParams: [], validationCodeBombLimit: 30 * 1024 * 1024 };
      const { data: outcome } = await client.POST('/v1/prechecks', { body });
      assert.equal(outcome.kind, 'ok');
    } finally {
      await server.close();
    }
  },
  async cluster() {
    const { Agent, ClusterError, LEAST_SERVER_VERSION, Run } = await import('@pvf/cluster');
    assert.match(LEAST_SERVER_VERSION, /^2\.\d+\.\d+$/);
    // Servers are for `npm run cluster-check`: here nobody listens.
    const servers = 'nats://127.0.0.1:9';
    const refused = (error) => error instanceof ClusterError && error.code === 'CONNECTION';
    await assert.rejects(Run.open({ servers, name: 'a', fingerprint: 'f' }), refused);
    await assert.rejects(Agent.start({ servers, id: 'a', slots: 1, engine: 'e' }), refused);
  },
  async cli() {
    const { version } = JSON.parse(readFileSync('node_modules/@pvf/cli/package.json', 'utf8'));
    const home = mkdtempSync(join(tmpdir(), 'pvf-pack-check-'));
    try {
      const env = { PATH, HOME: home };
      assert.equal(output(join(bin, 'pvf'), ['--version'], env), version);
      const pov = join(home, 'pov');
      writeFileSync(pov, Buffer.from(BLOCK, 'hex'));
      const args = ['validate', '--json', '--insecure', '--no-cache', '--pvf', adder];
      const json = output(
        join(bin, 'pvf'),
        [...args, '--parent-head', `0x${GENESIS_HEAD}`, '--pov', pov],
        env,
      );
      assert.equal(JSON.parse(json).candidates[0].outcome.kind, 'valid');
    } finally {
      rmSync(home, { recursive: true });
    }
  },
};

const smoke = SMOKE[name];
if (smoke === undefined) throw new Error(`no smoke test for @pvf/${name}: add one`);
await smoke();
