// What somebody gives by mistake or does to a cluster from outside: it is told, and nothing else suffers.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ADDER_PVF_PATH } from '@pvf/example-adder-pvf';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Connection } from '../src/connection/index.ts';
import { type Answers, clusterStatus, DEFAULT_MAX_POV_BYTES, VERSION } from '../src/index.ts';
import { all, expectRight, given, NEVER } from './support/given.ts';
import { blockDataOf, CODE, jobOf } from './support/jobs.ts';
import { pvf, startPvf } from './support/pvf.ts';
import { type Servers, startServers } from './support/servers.ts';

const OTHER = fileURLToPath(new URL('./support/other-version.ts', import.meta.url));
let servers: Servers;
let directory: string;
const { agent, run } = given(() => servers.url);

beforeAll(async () => {
  servers = await startServers(1);
  directory = mkdtempSync(join(tmpdir(), 'pvf-bad-input-'));
});
afterAll(async () => {
  await servers?.close();
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
});

/** A line of a collection for `pvf replay`. */
const line = (blockData: Uint8Array) =>
  JSON.stringify({
    parentHead: '00000000',
    blockData: Buffer.from(blockData).toString('hex'),
    relayParentNumber: 1,
    relayParentStorageRoot: '00'.repeat(32),
  });

test('a PoV above the limit is told before anything is sent; one at the limit is answered', async () => {
  const { executor } = await agent('a');
  const opened = await run();
  const code = await opened.addCode(CODE);
  async function* of(bytes: number) {
    yield { index: 0, job: jobOf(code, blockDataOf(0, bytes)) };
  }
  await expect(opened.answers(of(DEFAULT_MAX_POV_BYTES + 1), { signal: NEVER }).next()).rejects.toMatchObject(
    {
      code: 'TOO_LARGE',
      meta: { what: 'pov', bytes: DEFAULT_MAX_POV_BYTES + 1, limit: DEFAULT_MAX_POV_BYTES },
    },
  );
  expect(executor.ran).toBe(0);
  const { runs, stores } = await clusterStatus({ servers: servers.url });
  expect(runs.find(({ name }) => name === opened.name)?.jobs).toBe(0);
  expect(stores.find(({ name }) => name === 'OBJ_PVF_POVS')?.bytes).toBe(0);
  const { value } = await opened.answers(of(DEFAULT_MAX_POV_BYTES), { signal: NEVER }).next();
  await expectRight(new Map([[0, value as Answers]]), DEFAULT_MAX_POV_BYTES);
});

test('`pvf replay` says of a PoV above the limit that it is too large, and does the others', async () => {
  await agent('a');
  const big = blockDataOf(1, DEFAULT_MAX_POV_BYTES + 1);
  writeFileSync(
    join(directory, 'big.jsonl'),
    `${[blockDataOf(0), big, blockDataOf(2)].map(line).join('\n')}\n`,
  );
  const { code, stderr } = await pvf(
    directory,
    ...['replay', 'big.jsonl', '--pvf', ADDER_PVF_PATH, '--cluster', servers.url, '-o', 'big.results'],
  );
  expect(code, stderr).toBe(2);
  const records = readFileSync(join(directory, 'big.results'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((each) => JSON.parse(each))
    .sort((a, b) => a.id.localeCompare(b.id));
  expect(records).toMatchObject([
    { id: 'line 1', outcome: 'valid' },
    {
      id: 'line 2',
      outcome: 'unreadable',
      message: expect.stringContaining('larger than the cluster takes'),
    },
    { id: 'line 3', outcome: 'valid' },
  ]);
});

test('a PoV above what one agent takes is for others', async () => {
  const small = await agent('small', {}, { maxPovBytes: 1_000_000 });
  setTimeout(() => void agent('large'), 1_000);
  await expectRight(await all(await run(), 30, { bytes: 1_500_000 }), 1_500_000);
  expect([small.executor.ran, small.describe().failed]).toEqual([0, 0]);
});

/** A process with an agent and a run of that version. */
async function otherVersion(version: string) {
  const child = spawn(process.execPath, ['--no-warnings', OTHER, servers.url, version], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.disconnect();
    await exit;
  });
  const heard = async () => {
    const [message] = await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => Promise.reject(new Error(`version ${version} ended`))),
    ]);
    return message;
  };
  await heard();
  return {
    answerers: async (count: number): Promise<{ agents: string[]; ran: number }> => {
      child.send(count);
      return await heard();
    },
  };
}

test('agents and runs of two versions work side by side, and who waits for agents of its own is told', async () => {
  const other = await otherVersion('9.9.9');
  const mixed = await agent('mixed', {}, { workers: '8.8.8' });
  const opened = await run();
  expect(await opened.agents()).toBe(0);
  const versions = (await opened.otherAgents()).map(({ id, version }) => [id, version]);
  expect(versions).toEqual([
    ['mixed', `${VERSION} with workers 8.8.8`],
    ['other', '9.9.9'],
  ]);
  const own = all(opened, 200);
  let isDone = false;
  void own.then(() => {
    isDone = true;
  });

  writeFileSync(join(directory, 'one.jsonl'), `${line(blockDataOf(0))}\n`);
  const waiting = startPvf(directory, [
    'replay',
    'one.jsonl',
    '--pvf',
    ADDER_PVF_PATH,
    '--cluster',
    servers.url,
  ]);
  let told = '';
  waiting.stderr?.on('data', (chunk: Buffer) => {
    told += chunk.toString();
  });
  const closed = once(waiting, 'close');
  while (!told.includes('waiting')) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(told).toMatch(
    /no agent of this version at work: waiting .*; those of other versions get nothing of it: mixed \(.* with workers 8\.8\.8\), other \(9\.9\.9\)/,
  );

  // Those of the other version have an agent, and only that one's answers; ours go on waiting.
  expect(await other.answerers(200)).toEqual({ agents: ['other'], ran: 200 });
  expect(isDone).toBe(false);
  const { executor } = await agent('own');
  const [found, theirs, [exitCode]] = await Promise.all([own, other.answerers(200), closed]);
  await expectRight(found);
  expect(new Set([...found.values()].flatMap(({ results }) => results.map((each) => each.agent)))).toEqual(
    new Set(['own']),
  );
  expect(theirs).toEqual({ agents: ['other'], ran: 400 });
  expect(exitCode, told).toBe(0);
  expect([executor.ran, mixed.executor.ran]).toEqual([201, 0]);
});

test('a run of another version under the same name is refused', async () => {
  const opened = await run();
  const connection = await Connection.open({ servers: servers.url });
  onTestFinished(() => connection.close());
  const { Kvm } = await import('@nats-io/kv');
  const kv = await new Kvm(connection.js).open('PVF_RUNS');
  const record = (await kv.get(opened.name))?.json<object>();
  await kv.put(opened.name, JSON.stringify({ ...record, version: '9.9.9' }));
  const error = await run({ name: opened.name }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'RUN_DIFFERS', message: expect.stringContaining('9.9.9') });
});

test('what is no job is dropped, and a PVF that has another hash is never executed', async () => {
  const one = await agent('a');
  const connection = await Connection.open({ servers: servers.url });
  onTestFinished(() => connection.close());
  await connection.js.publish('pvf.jobs.0-1-0.0.x.0.0', 'rubbish');
  const { Objm } = await import('@nats-io/obj');
  const bucket = await new Objm(connection.js).open('PVF_CODE');
  const hash = 'ab'.repeat(32);
  await bucket.putBlob({ name: hash }, new Uint8Array([1, 2, 3]));
  const opened = await run();
  async function* wrong() {
    yield { index: 0, job: jobOf({ hash, bytes: 3 }, blockDataOf(0)) };
  }
  const { value } = await opened.answers(wrong(), { signal: NEVER }).next();
  expect((value as Answers).results[0]?.answer).toMatchObject({
    task: 'none',
    reason: expect.stringContaining('another hash'),
  });
  expect(one.executor.ran).toBe(0);
  expect((await clusterStatus({ servers: servers.url })).waiting).toBe(0);
});
