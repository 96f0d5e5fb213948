// Stores without room: what does not fit is told or waited for, nothing is lost, and all goes on when there is room again.
import { Kvm } from '@nats-io/kv';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { Connection } from '../src/connection/index.ts';
import { cancelRun, clusterStatus, type Run } from '../src/index.ts';
import { all, expectRight, given, NEVER } from './support/given.ts';
import { CODE, entries } from './support/jobs.ts';
import { startServers } from './support/servers.ts';
import { startSmallServer } from './support/small-server.ts';

/** The least that there may be: 9.6 MiB of jobs, 16 of results, 19 of large PoVs, 6.4 of PVFs, 0.64 of runs. */
const LIMITS = { storeBytes: 64 * 1024 ** 2 };
const HEAD_BYTES = 100_000;

const FULL = 'the store of results is full; the result waits';

/** Servers of one test, with so little room. */
async function start() {
  const servers = await startServers(1);
  onTestFinished(() => servers.close());
  const { agent, run } = given(() => servers.url);
  return {
    servers,
    agent: (id: string, manner = {}, options = {}) => agent(id, manner, { limits: LIMITS, ...options }),
    run: (options = {}) => run({ limits: LIMITS, ...options }),
  };
}

async function takeAll(run: Run, count: number, bytes?: number): Promise<void> {
  const code = await run.addCode(CODE);
  for await (const _ of run.answers(entries(code, count, bytes), { signal: NEVER }));
}

/** Asks for more than fits while no agent is there: that is an error; then with one, under the same name. */
async function fillAndGoOn(store: string, count: number, bytes: number): Promise<void> {
  const { agent, run } = await start();
  const first = await run();
  await expect(takeAll(first, count, bytes)).rejects.toMatchObject({
    code: 'STORE_FULL',
    meta: { name: store },
    message: expect.stringContaining('let agents work off the backlog'),
  });
  await first.close();
  const { executor } = await agent('late');
  const again = await run({ name: first.name });
  expect(again.resumed).toBe(true);
  await expectRight(await all(again, count, { bytes }), bytes);
  expect(executor.ran).toBe(count);
}

async function addTooMuchCode(): Promise<void> {
  const { run } = await start();
  const opened = await run();
  const large = new Uint8Array(7_000_000);
  await expect(opened.addCode(large)).rejects.toMatchObject({
    code: 'STORE_FULL',
    meta: { name: 'PVF_CODE' },
    message: expect.stringContaining('nats object rm PVF_CODE HASH'),
  });
  // What was begun takes no room.
  await opened.addCode(large.subarray(0, 5_000_000));
}

test('without agents, a full queue, full PoVs and full PVFs are an error after half a minute; the run then goes on', async () => {
  await Promise.all([
    fillAndGoOn('PVF_JOBS', 60, 250_000),
    fillAndGoOn('PVF_POVS', 20, 1_500_000),
    addTooMuchCode(),
  ]);
});

test('a full queue waits for agents', async () => {
  const { agent, run } = await start();
  const count = 100;
  const answered = all(await run(), count, { bytes: 250_000 });
  setTimeout(() => void agent('late'), 3_000);
  await expectRight(await answered, 250_000);
});

test('results for which there is no room wait for it, and nothing is executed twice', async () => {
  const { servers, agent, run } = await start();
  const warned: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void warned.push(JSON.parse(line).msg) });
  const head = new Uint8Array(HEAD_BYTES);
  const { executor } = await agent('a', { bend: () => head }, { logger });
  const kept = await run();
  await takeAll(kept, 100);
  const opened = await run();
  let taken = 0;
  const code = await opened.addCode(CODE);
  const taking = (async () => {
    for await (const { results } of opened.answers(entries(code, 100), { signal: NEVER })) {
      const [result] = results;
      const outcome = result?.answer.task === 'validate' ? result.answer.outcome : undefined;
      expect(outcome?.kind === 'valid' && outcome.result.headData).toEqual(head);
      taken += 1;
    }
  })();
  while (warned.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(new Set(warned)).toEqual(new Set([FULL]));
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const before = taken;
  expect(before).toBeLessThan(100);
  const { stores } = await clusterStatus({ servers: servers.url });
  const results = stores.find(({ name }) => name === 'PVF_RESULTS');
  expect((results?.limit ?? 0) - (results?.bytes ?? 0)).toBeLessThan(HEAD_BYTES + 1_000);
  expect(await opened.obstacles()).toMatchObject([{ type: 'full', name: 'PVF_RESULTS' }]);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(taken).toBe(before);
  await kept.finish();
  await taking;
  expect([taken, executor.ran]).toEqual([100, 200]);
});

test('no room for another run is told, and cancelling one makes room', async () => {
  const { servers, run } = await start();
  const opened = await run();
  const connection = await Connection.open({ servers: servers.url });
  onTestFinished(() => connection.close());
  const kv = await new Kvm(connection.js).open('PVF_RUNS');
  const { config, state } = await connection.jsm.streams.info('KV_PVF_RUNS');
  await kv.put('filler', new Uint8Array(config.max_bytes - state.bytes - 250));
  await expect(run({ name: 'another' })).rejects.toMatchObject({
    code: 'STORE_FULL',
    meta: { name: 'PVF_RUNS' },
    message: expect.stringContaining('cancel runs'),
  });
  await cancelRun({ servers: servers.url, run: opened.name });
  expect((await run({ name: 'another' })).resumed).toBe(false);
});

test('servers with less room than the stores reserve are told, and work once they have it', async () => {
  const { servers, agent, run } = await start();
  const [server] = servers.list;
  const give = async (from: string, to: string) => {
    await server?.kill('SIGTERM');
    await server?.reload((text) => text.replace(`max_file_store: ${from}`, `max_file_store: ${to}`));
    await server?.restart();
  };
  await give('4GB', '30MB');
  await expect(run()).rejects.toMatchObject({
    code: 'STORE_FULL',
    message: expect.stringMatching(/insufficient storage.*give the servers or the account more storage/),
  });
  await expect(agent('a')).rejects.toMatchObject({ code: 'STORE_FULL' });
  await give('30MB', '100MB');
  await agent('a');
  await expectRight(await all(await run(), 20));
});

test("a server's own disk that is full loses nothing: all waits, until it has room and is started again", async () => {
  const server = await startSmallServer();
  onTestFinished(() => server.close());
  const { agent, run } = given(() => server.url);
  const warned = new Set<string>();
  const logger = pino({ level: 'warn' }, { write: (line: string) => void warned.add(JSON.parse(line).msg) });
  const { executor } = await agent('a', { waitMs: () => 10 }, { logger, limits: LIMITS });
  const opened = await run({ limits: LIMITS });
  const answered = all(opened, 1_500);
  while (executor.ran < 100) await new Promise((resolve) => setTimeout(resolve, 20));
  server.fill();
  const isTold = () => warned.has(FULL) || warned.has('the servers do not take a result; it waits');
  while (!isTold()) await new Promise((resolve) => setTimeout(resolve, 50));
  server.empty();
  await server.restart();
  await expectRight(await answered);
  await opened.finish();
});
