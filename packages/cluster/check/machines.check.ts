// Three servers, four agents with real hosts in processes of their own: agents are killed, stopped and started again, their
// clocks are hours apart, one's disk is full, and the server that leads the queue is killed.
// 600 candidates, or as many as CLUSTER_CHECK_CANDIDATES says (`npm run cluster-check:long`: 5,000).
import { adderChain, readAdderPvf } from '@pvf/example-adder-pvf';
import { PvfHost } from '@pvf/host';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Connection } from '../src/connection/index.ts';
import { clusterStatus, type Entry, Run, type ValidateInput } from '../src/index.ts';
import { AgentProcesses } from './support/agent-processes.ts';
import { type Servers, startServers } from './support/servers.ts';

const COUNT = Number(process.env.CLUSTER_CHECK_CANDIDATES ?? 600);
/** On a quick machine an agent may come back too late: more are given until each of them had some. */
const MOST = 3 * COUNT;
const IDS = ['a', 'b', 'c', 'd'];
/** One in so many is also executed here, and all that it says is compared. */
const COMPARED = 10;
let servers: Servers;
let agents: AgentProcesses;

beforeAll(async () => {
  servers = await startServers(3);
  agents = new AgentProcesses(servers.url);
});

afterAll(async () => {
  await agents?.close();
  await servers?.close();
});

const chain = adderChain(Array.from({ length: MOST }, (_, index) => BigInt(index)));

function inputOf(index: number): ValidateInput {
  const { parentHead, blockData } = chain[index] as (typeof chain)[number];
  return {
    kind: 'approval',
    executorParams: [],
    validationCodeBombLimit: 30 * 1024 * 1024,
    validationData: {
      parentHead,
      relayParentNumber: 1,
      relayParentStorageRoot: new Uint8Array(32),
      maxPovSize: 1024 * 1024,
    },
    pov: { blockData },
  };
}

/** Index of the server that leads the queue. */
async function leader(): Promise<number> {
  const connection = await Connection.open({ servers: servers.url });
  const { cluster } = await connection.jsm.streams.info('PVF_JOBS');
  await connection.close();
  return Number(cluster?.leader?.slice(1));
}

test(`${COUNT} candidates have the right answer, once, whatever becomes of agents and one server`, async () => {
  const limits = { storeBytes: 512 * 1024 ** 2 };
  const run = await Run.open({
    servers: servers.url,
    name: 'machines',
    fingerprint: 'f',
    window: 100,
    limits,
  });
  await Promise.all([
    agents.start('a'),
    agents.start('b', { hours: 7 }),
    agents.start('c', { hours: -30 }),
    agents.start('d', { fullDisk: true }),
  ]);
  const code = await run.addCode(readAdderPvf());
  let given = 0;
  const seen = new Map<number, string>();
  const by = (id: string) => [...seen.values()].filter((each) => each === id).length;
  async function* entries(): AsyncGenerator<Entry> {
    const isEnough = () => given >= COUNT && IDS.every((id) => by(id) > 0);
    for (; given < MOST && !isEnough(); given += 1)
      yield { index: given, job: { task: 'validate', code, input: inputOf(given) } };
  }
  let failedOnFullDisk = 0;
  let killed = 0;
  const at = (share: number) => Math.floor(COUNT * share);
  const happens = new Map<number, () => Promise<void> | void>([
    [at(0.05), () => agents.signal('b', 'SIGSTOP')],
    [
      at(0.15),
      async () => {
        await agents.end('a', 'SIGKILL');
        agents.startSoon('a');
      },
    ],
    [
      at(0.3),
      async () => {
        // It says so every few seconds.
        while (failedOnFullDisk === 0) {
          const { agents: all } = await clusterStatus({ servers: servers.url });
          failedOnFullDisk = all.find(({ id }) => id === 'd')?.failed ?? 0;
          await new Promise((resolve) => setTimeout(resolve, 500));
        }
        await agents.tell('d', 'empty');
      },
    ],
    [
      at(0.4),
      async () => {
        killed = await leader();
        await servers.list[killed]?.kill();
      },
    ],
    [at(0.55), () => agents.signal('b', 'SIGCONT')],
    [
      at(0.6),
      async () => {
        await agents.end('d', 'SIGTERM');
        agents.startSoon('d');
      },
    ],
    [at(0.7), () => servers.list[killed]?.restart()],
    [
      at(0.85),
      async () => {
        await agents.end('c', 'SIGKILL');
        agents.startSoon('c');
      },
    ],
  ]);
  const compared = new Map<number, object>();
  const began = performance.now();
  for await (const { index, results } of run.answers(entries(), { signal: new AbortController().signal })) {
    expect(seen.has(index), `${index} twice`).toBe(false);
    const [{ answer, agent }] = results as [(typeof results)[number]];
    const outcome = answer.task === 'validate' ? answer.outcome : undefined;
    expect(outcome?.kind, JSON.stringify(answer.task === 'none' ? answer : outcome?.kind)).toBe('valid');
    if (outcome?.kind !== 'valid') continue;
    expect(Buffer.from(outcome.result.headData)).toEqual(Buffer.from(chain[index]?.head ?? []));
    const { resultBytes, povSize, vote } = outcome;
    if (index % COMPARED === 0) compared.set(index, { resultBytes, povSize, vote });
    seen.set(index, agent);
    await happens.get(seen.size)?.();
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  const shares = IDS.map((id) => `${id} ${by(id)}`).join(', ');
  console.log(`${given} candidates in ${seconds} s, by agent: ${shares}; ${failedOnFullDisk} failed on d`);
  expect(seen.size).toBe(given);
  for (const id of IDS) expect([id, by(id)]).not.toEqual([id, 0]);
  expect(failedOnFullDisk).toBeGreaterThan(0);
  const { runs, dead } = await clusterStatus({ servers: servers.url });
  expect(dead.total).toBe(0);
  expect(runs[0]).toMatchObject({ name: 'machines', jobs: 0, results: given });
  await run.finish();
  await run.close();
  const host = await PvfHost.start({ secureMode: false });
  try {
    const own = await host.importCode(readAdderPvf());
    for (const [index, cluster] of compared) {
      const outcome = await host.validate({ ...inputOf(index), code: own } as Parameters<
        PvfHost['validate']
      >[0]);
      if (outcome.kind !== 'valid') throw new Error(outcome.kind);
      const { resultBytes, povSize, vote } = outcome;
      expect(cluster).toEqual({ resultBytes, povSize, vote });
    }
  } finally {
    await host.close();
  }
}, 900_000);
