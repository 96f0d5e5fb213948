// The configuration in deploy/cluster, on loopback: three real servers of it find each other, take agents and runs by their NKey and
// nobody else, and keep three copies.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nkeys } from '@nats-io/nats-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Connection } from '../src/connection/index.ts';
import { Agent, Run } from '../src/index.ts';
import { waitingExecutor } from './support/executors.ts';
import { entries } from './support/jobs.ts';
import { pvf } from './support/pvf.ts';
import { freePorts, type Servers, startConfigured } from './support/servers.ts';

const CONF = new URL('../../../deploy/cluster/nats.conf', import.meta.url);
const LIMITS = { storeBytes: 256 * 1024 ** 2 };
const COUNT = 3;
let directory: string;
let servers: Servers;
let nkey: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pvf-nkey-'));
  const pair = nkeys.createUser();
  nkey = join(directory, 'seed');
  writeFileSync(nkey, pair.getSeed(), { mode: 0o600 });
  const ports = await freePorts(3 * COUNT);
  servers = await startConfigured(ports.slice(0, COUNT), (index, store) => {
    const [client, routes, monitor] = [index, index + COUNT, index + 2 * COUNT].map((at) => ports[at]);
    return readFileSync(CONF, 'utf8')
      .replaceAll('$SERVER_NAME', `pvf-nats-${index}`)
      .replaceAll('$PVF_NKEY', pair.getPublicKey())
      .replace('0.0.0.0:4222', `127.0.0.1:${client}`)
      .replace('0.0.0.0:6222', `127.0.0.1:${routes}`)
      .replace('0.0.0.0:8222', `127.0.0.1:${monitor}`)
      .replaceAll(/pvf-nats-(\d)\.pvf-nats:6222/g, (_, each) => `127.0.0.1:${ports[Number(each) + COUNT]}`)
      .replace('store_dir: /data', `store_dir: "${store}"`);
  });
});

afterAll(async () => {
  await servers?.close();
  rmSync(directory, { recursive: true, force: true });
});

test('it takes those with the NKey, and what they have is kept three times', async () => {
  await expect(Connection.open({ servers: servers.url })).rejects.toMatchObject({ code: 'NOT_AUTHORISED' });
  const agent = await Agent.start({
    servers: servers.url,
    nkey,
    id: 'a',
    executor: waitingExecutor(),
    engine: 'made up',
    slots: 2,
    limits: LIMITS,
  });
  const run = await Run.open({ servers: servers.url, nkey, name: 'r', fingerprint: 'f', limits: LIMITS });
  try {
    const code = await run.addCode(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
    let answered = 0;
    for await (const { results } of run.answers(entries(code, 20), { signal: new AbortController().signal }))
      if (results[0]?.answer.task === 'validate') answered += 1;
    expect(answered).toBe(20);
    const connection = await Connection.open({ servers: servers.url, nkey });
    expect((await connection.jsm.streams.info('PVF_JOBS')).config.num_replicas).toBe(COUNT);
    await connection.close();
    const status = await pvf(directory, 'cluster', 'status', '--nats', servers.url, '--nkey', nkey);
    expect(status.code, status.stderr).toBe(0);
    await run.finish();
  } finally {
    await run.close();
    await agent.close();
  }
});
