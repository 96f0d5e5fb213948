// `pvf` as people use it, on a real server: agents, precheck and replay by them, status, leaving and going on, cancelling.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { ADDER_PVF_PATH, adderChain, encodeAdderBlock } from '@pvf/example-adder-pvf';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pvf as runPvf, startPvf } from './support/pvf.ts';
import { type Servers, startServers } from './support/servers.ts';

const COUNT = 40;
/** The servers of the checks have little room. */
const STORE = ['--store-bytes', String(256 * 1024 ** 2)];
let servers: Servers;
let directory: string;
const agents: ChildProcess[] = [];

beforeAll(async () => {
  servers = await startServers(1);
  directory = mkdtempSync(join(tmpdir(), 'pvf-cluster-cli-'));
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const chain = adderChain(Array.from({ length: COUNT }, (_, index) => BigInt(index)));
  const lines = chain.map(({ parentHead, blockData }, index) => ({
    parentHead: hex(parentHead),
    // One that the PVF refuses.
    blockData: hex(index === 7 ? encodeAdderBlock({ state: 1n, add: 5n }) : blockData),
    relayParentNumber: 9,
    relayParentStorageRoot: '00'.repeat(32),
  }));
  writeFileSync(
    join(directory, 'all.jsonl'),
    `${lines.map((line) => JSON.stringify(line)).join('\n')}\nnonsense\n`,
  );
});

afterAll(async () => {
  for (const child of agents) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }
  await servers?.close();
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
});

const start = (args: readonly string[]) => startPvf(directory, args);
const pvf = (...args: string[]) => runPvf(directory, ...args);

/** Ready once it takes work. */
async function agent(id: string): Promise<ChildProcess> {
  const own = ['--id', id, '--jobs', '2', '--cache-dir', join(directory, id), '--insecure', '--json'];
  const child = start(['cluster', 'agent', '--nats', servers.url, ...STORE, ...own]);
  agents.push(child);
  let told = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    told += chunk.toString();
  });
  const line = await Promise.race([
    once(child.stdout as NodeJS.ReadableStream, 'data').then(([chunk]) => String(chunk)),
    once(child, 'exit').then(() => Promise.reject(new Error(`agent ${id} ended: ${told}`))),
  ]);
  expect(JSON.parse(line)).toEqual({ command: 'cluster agent', id, jobs: 2 });
  return child;
}

const status = async () => {
  const { code, stdout, stderr } = await pvf('cluster', 'status', '--nats', servers.url, ...STORE, '--json');
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
};

/** What must not depend on where a candidate was executed. */
const answersIn = (file: string) =>
  readFileSync(join(directory, file), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ id, name, outcome, vote, reason, povBytes, resultSha256, headSha256 }) => ({
      ...{ id, name, outcome, vote, reason, povBytes, resultSha256, headSha256 },
    }))
    .sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));

test('agents do what this machine does, and say the same; what is left is gone on with, or cancelled', async () => {
  const local = ['--cache-dir', join(directory, 'local'), '--insecure'];
  const cluster = ['--cluster', servers.url, ...STORE];
  const replay = ['replay', 'all.jsonl', '--pvf', ADDER_PVF_PATH];
  const here = await pvf(...replay, ...local, '-o', 'here.jsonl', '--json');
  expect(JSON.parse(here.stdout)).toMatchObject({ total: COUNT + 1, byOutcome: { valid: COUNT - 1 } });

  // Nobody is there yet: it says so, is left with Ctrl-C, and gone on with below.
  const waiting = start([...replay, ...cluster, '--name', 'july', '--redundancy', '2', '-o', 'july.jsonl']);
  let told = '';
  waiting.stderr?.on('data', (chunk: Buffer) => {
    told += chunk.toString();
  });
  const isOut = async () => {
    const { runs } = await status();
    return runs[0]?.jobs === 2 * COUNT;
  };
  while (!(await isOut())) await new Promise((resolve) => setTimeout(resolve, 200));
  waiting.kill('SIGINT');
  expect((await once(waiting, 'close'))[0]).toBe(130);
  expect(told).toMatch(/no agent of this version at work/);
  expect(told).toMatch(/left run july/);

  const [one] = await Promise.all([agent('one'), agent('two')]);
  const there = await pvf(
    ...replay,
    ...cluster,
    ...['--name', 'july', '--redundancy', '2', '-o', 'july.jsonl', '--resume', '--json'],
  );
  expect(there.code, there.stderr).toBe(here.code);
  const summary = JSON.parse(there.stdout);
  expect(summary).toMatchObject({ command: 'replay', total: COUNT + 1, different: [] });
  expect(summary.byOutcome).toEqual(JSON.parse(here.stdout).byOutcome);
  expect(answersIn('july.jsonl')).toEqual(answersIn('here.jsonl'));

  const [ownPrecheck, theirPrecheck] = [
    await pvf('precheck', ADDER_PVF_PATH, ...local, '--json'),
    await pvf('precheck', ADDER_PVF_PATH, ...cluster, '--redundancy', '2', '--json'),
  ].map(({ stdout }) => JSON.parse(stdout));
  expect(theirPrecheck.exitCode).toBe(0);
  const said = ({ outcome: { kind, vote, codeHash } }: { outcome: Record<string, unknown> }) => [
    kind,
    vote,
    codeHash,
  ];
  expect(theirPrecheck.pvfs.map(said)).toEqual(ownPrecheck.pvfs.map(said));
  expect(theirPrecheck.pvfs[0].differences).toBeUndefined();

  const { agents: found, runs, waiting: jobs, dead } = await status();
  expect(found.map(({ id }: { id: string }) => id)).toEqual(['one', 'two']);
  expect([runs, jobs, dead.total]).toEqual([[], 0, 0]);
  const { stdout: shown } = await pvf('cluster', 'status', '--nats', servers.url);
  expect(shown).toMatch(/0 jobs wait/);
  expect(shown).toMatch(/one +\S+ +0 of 2/);

  one.kill('SIGTERM');
  expect((await once(one, 'exit'))[0]).toBe(0);
  const taken = start([...replay, ...cluster, '--name', 'august', '--redundancy', '2']);
  taken.stderr?.resume();
  while ((await status()).runs.length === 0) await new Promise((resolve) => setTimeout(resolve, 200));
  const cancelled = await pvf('cluster', 'cancel', 'august', '--nats', servers.url, '--json');
  expect(JSON.parse(cancelled.stdout)).toEqual({ command: 'cluster cancel', exitCode: 0, name: 'august' });
  expect((await once(taken, 'close'))[0]).toBe(2);
  const again = await pvf('cluster', 'cancel', 'august', '--nats', servers.url, '--json');
  expect(JSON.parse(again.stdout).error).toMatchObject({ code: 'CLUSTER', meta: { reason: 'RUN_UNKNOWN' } });
}, 300_000);

/** What a service answers on its socket. */
function get(socketPath: string, path: string): Promise<{ status: number | undefined; body: unknown }> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, agent: false }, (response) => {
      json(response).then((body) => resolve({ status: response.statusCode, body }), reject);
    });
    asked.on('error', reject).end();
  });
}

test('`pvf serve --cluster` tells what `pvf cluster status` tells, goes on without the servers, and ends', async () => {
  await agent('seen');
  const socket = join(directory, 'serve.sock');
  const own = ['--no-cache', '--insecure', '--quiet', '--socket', socket];
  const service = start(['serve', ...own, '--cluster', servers.url]);
  agents.push(service);
  service.stderr?.resume();
  await once(service.stdout as NodeJS.ReadableStream, 'data');
  expect((await get(socket, '/v1/status')).body).toMatchObject({ cluster: true });
  const { status: code, body } = await get(socket, '/v1/cluster');
  const told = await status();
  expect(code).toBe(200);
  const { id, version, slots, machine } = told.agents.find((each: { id: string }) => each.id === 'seen');
  const one = expect.objectContaining({ id, version, slots, cpu: machine.cpu });
  expect(body).toMatchObject({
    server: told.server,
    agents: { total: told.agents.length, list: expect.arrayContaining([one]) },
    runs: { total: 0, list: [] },
    ...{ waiting: told.waiting, leased: told.leased, results: 0 },
    dead: told.dead,
  });
  await servers.list[0]?.kill();
  const state = async () => (await get(socket, '/v1/cluster')).body;
  await expect
    .poll(state, { timeout: 60_000, interval: 500 })
    .toMatchObject({ code: 'CLUSTER_UNAVAILABLE', meta: { reason: 'CONNECTION' } });
  await servers.list[0]?.restart();
  await expect.poll(state, { timeout: 60_000, interval: 500 }).toMatchObject({ server: told.server });
  service.kill('SIGTERM');
  expect((await once(service, 'exit'))[0]).toBe(0);
}, 300_000);
