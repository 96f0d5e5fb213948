// What a monitor tells of real servers, and that it makes nothing there: it works as a user who could not.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Connection } from '../src/connection/index.ts';
import { Agent, ClusterMonitor, cancelRun, clusterStatus, Run } from '../src/index.ts';
import { STREAMS } from '../src/names.ts';
import { openStore } from '../src/store/index.ts';
import { type Manner, waitingExecutor } from './support/executors.ts';
import { CODE, entries } from './support/jobs.ts';
import { freePorts, type Servers, startServers } from './support/servers.ts';

const LIMITS = { storeBytes: 256 * 1024 ** 2 };
const PAGE = readFileSync(new URL('../../../docs/cluster.md', import.meta.url), 'utf8');
/** What a user needs who only looks, as the page says. */
const [LOOKS] = /^permissions: \{[^}]*\}$/m.exec(PAGE) ?? [];
const USERS = `authorization { users: [
  { user: works, password: secret }
  { user: looks, password: secret, ${LOOKS} }
] }`;
const WORKS = { user: 'works', password: 'secret' };
const WITHIN = { timeout: 60_000, interval: 200 };

let servers: Servers;
let monitoring: string;
beforeAll(async () => {
  const [port] = await freePorts(1);
  monitoring = `127.0.0.1:${port}`;
  servers = await startServers(1, `${USERS}\nhttp: "${monitoring}"`);
});
afterAll(() => servers?.close());

function monitor(name = 'a monitor'): ClusterMonitor {
  const opened = new ClusterMonitor({ servers: servers.url, user: 'looks', password: 'secret', name });
  onTestFinished(() => opened.close());
  return opened;
}

async function agent(id: string, manner: Manner = {}) {
  const executor = waitingExecutor(manner);
  const started = await Agent.start({
    ...{ servers: servers.url, ...WORKS, limits: LIMITS },
    ...{ id, executor, engine: 'made up', slots: 2 },
  });
  onTestFinished(() => started.close());
  return started;
}

async function run(name: string) {
  const opened = await Run.open({
    servers: servers.url,
    ...WORKS,
    limits: LIMITS,
    name,
    fingerprint: 'f',
  });
  onTestFinished(() => opened.close());
  return opened;
}

/** Streams and their consumers. */
async function everything() {
  const connection = await Connection.open({ servers: servers.url, ...WORKS });
  const consumers: string[] = [];
  const streams: string[] = [];
  for await (const { config } of connection.jsm.streams.list()) {
    streams.push(config.name);
    for await (const { name } of connection.jsm.consumers.list(config.name)) consumers.push(name);
  }
  await connection.close();
  return { streams: streams.sort(), consumers: consumers.sort() };
}

test('of servers on which nobody has made anything it tells that there is nothing, and makes nothing', async () => {
  const overview = await monitor().read();
  expect(overview).toMatchObject({
    server: { cluster: undefined },
    agents: { total: 0, list: [] },
    runs: { total: 0, list: [] },
    dead: { total: 0, newest: [] },
    stores: [],
    ...{ waiting: 0, leased: 0, results: 0, rate: 0 },
  });
  expect(await everything()).toEqual({ streams: [], consumers: [] });
});

test('it tells what `clusterStatus` tells, over one connection, and makes nothing', async () => {
  const seen = monitor('the one');
  await agent('one', { waitMs: () => 600_000 });
  const opened = await run('july');
  const code = await opened.addCode(CODE);
  const leave = new AbortController();
  onTestFinished(() => leave.abort());
  const answers = (async () => {
    for await (const _ of opened.answers(entries(code, 40), { signal: leave.signal }));
  })();
  answers.catch(() => {});
  const busy = async () => {
    const { waiting, leased, agents } = await seen.read();
    return waiting + leased === 40 && leased > 2 && agents.list[0]?.running === 2;
  };
  await expect.poll(busy, WITHIN).toBe(true);
  const status = await clusterStatus({ servers: servers.url, ...WORKS });
  const before = await everything();
  const overview = await seen.read();
  expect(await everything()).toEqual(before);
  expect(overview.agents).toEqual({ total: 1, list: status.agents });
  expect([overview.waiting, overview.leased]).toEqual([status.waiting, status.leased]);
  expect(overview.runs).toEqual({ total: 1, list: status.runs.map(({ results, ...told }) => told) });
  expect(overview.runs.list[0]).toMatchObject({ name: 'july', replicas: 1, state: 'open', jobs: 40 });
  expect(overview.stores.map(({ name, limit }) => [name, limit]).sort()).toEqual(
    status.stores.map(({ name, limit }) => [name, limit]),
  );
  const [a, b] = await Promise.all([seen.read(), seen.read()]);
  expect(a).toBe(b);
  expect(await connections('the one')).toBe(1);
  await seen.close();
  expect(await connections('the one')).toBe(0);
  leave.abort();
  await answers.catch(() => {});
});

test('runs that end are told no more; the same name can come again', async () => {
  const seen = monitor();
  for (const name of ['june', 'august']) await run(name);
  const names = async () => (await seen.read()).runs.list.map(({ name }) => name);
  expect((await names()).slice(0, 2)).toEqual(['august', 'june']);
  await cancelRun({ servers: servers.url, ...WORKS, run: 'june' });
  expect(await names()).not.toContain('june');
  const { runs } = await monitor().read();
  expect(runs.list.map(({ name }) => name)).toEqual(await names());
  await run('june');
  expect((await names())[0]).toBe('june');
});

test('dead letters are named, the newest first, and what is no name is left out', async () => {
  const seen = monitor();
  const store = await openStore({ servers: servers.url, ...WORKS, limits: LIMITS });
  onTestFinished(() => store.connection.close());
  const { js } = store.connection;
  const before = (await seen.read()).dead.total;
  for (let index = 0; index < 25; index += 1) await js.publish(`pvf.dead.july.${index}.0`, 'a job');
  expect((await seen.read()).dead).toEqual({
    total: before + 25,
    newest: Array.from({ length: 20 }, (_, at) => `july.${24 - at}.0`),
  });
  await js.publish('pvf.dead.july.<b>.0', 'not one');
  await js.publish('pvf.dead.august.3.1', 'a job');
  const { total, newest } = (await seen.read()).dead;
  expect([total, newest.slice(0, 3), newest.length]).toEqual([
    before + 27,
    ['august.3.1', 'july.24.0', 'july.23.0'],
    20,
  ]);
  await store.connection.jsm.streams.purge(STREAMS.dead);
  expect((await seen.read()).dead).toEqual({ total: 0, newest: [] });
});

test('what somebody writes in the place of agents and runs is left out, and the others are told', async () => {
  const seen = monitor();
  await agent('true');
  const store = await openStore({ servers: servers.url, ...WORKS, limits: LIMITS });
  onTestFinished(() => store.connection.close());
  await store.agents.put('nonsense', 'nonsense');
  await store.runs.put('nonsense', '{"name":"nonsense"}');
  const { list } = (await seen.read()).agents;
  await store.agents.put('other', JSON.stringify({ ...list.find(({ id }) => id === 'true'), running: 9 }));
  await store.agents.put('huge', JSON.stringify({ ...list[0], id: 'huge', rate: -1 }));
  const { agents, runs } = await seen.read();
  expect(agents.list.filter(({ id }) => ['true', 'nonsense', 'other', 'huge'].includes(id))).toHaveLength(1);
  expect(runs.list.some(({ name }) => name === 'nonsense')).toBe(false);
});

test('servers that go are told, those that come back are read again, and closing does not wait for them', async () => {
  const own = await startServers(1);
  onTestFinished(() => own.close());
  const seen = new ClusterMonitor({ servers: own.url });
  onTestFinished(() => seen.close());
  const { server } = await seen.read();
  expect(server.version).toMatch(/^2\./);
  await own.list[0]?.kill('SIGKILL');
  await expect(seen.read()).rejects.toMatchObject({ name: 'ClusterError', code: 'CONNECTION' });
  await own.list[0]?.restart();
  await expect.poll(async () => (await seen.read().catch(() => undefined))?.server, WITHIN).toEqual(server);
  await own.list[0]?.kill('SIGKILL');
  await seen.close();
  await expect(seen.read()).rejects.toMatchObject({
    code: 'CONNECTION',
    message: expect.stringContaining('closed here'),
  });
});

test('a user who may not look is told as one', async () => {
  const wrong = new ClusterMonitor({ servers: servers.url, user: 'looks', password: 'wrong' });
  onTestFinished(() => wrong.close());
  await expect(wrong.read()).rejects.toMatchObject({ code: 'NOT_AUTHORISED' });
});

/** Of that name, as the server tells on its page for people. */
async function connections(name: string): Promise<number> {
  const response = await fetch(`http://${monitoring}/connz`);
  const { connections: all } = (await response.json()) as { connections: { name?: string }[] };
  return all.filter((each) => each.name === name).length;
}
