// Real servers and agents; what they execute is made up, so that it is quick and can be told to go wrong.
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { Connection } from '../src/connection/index.ts';
import { cancelRun, clusterStatus, Run } from '../src/index.ts';
import { all, expectRight, given, NEVER } from './support/given.ts';
import { CODE, entries } from './support/jobs.ts';
import { type Servers, startServers } from './support/servers.ts';

let servers: Servers;
const { agent, run } = given(() => servers.url);

beforeAll(async () => {
  servers = await startServers(1);
});
afterAll(() => servers.close());

test('every candidate is answered once, whether its PoV goes along or is an object', async () => {
  const { executor } = await agent('a');
  const small = await all(await run(), 300);
  await expectRight(small);
  expect(executor.ran).toBe(300);
  const opened = await run();
  await expectRight(await all(opened, 5, { bytes: 1_500_000 }), 1_500_000);
  await opened.finish();
  const { runs, stores } = await clusterStatus({ servers: servers.url });
  expect(runs.some(({ name }) => name === opened.name)).toBe(false);
  expect(stores.find(({ name }) => name === 'OBJ_PVF_POVS')?.bytes).toBeLessThan(1_000_000);
});

test('results that were taken are removed while the run goes on, and all at its end', async () => {
  await agent('a');
  const opened = await run();
  await all(opened, 2_500, { forget: true });
  const before = (await clusterStatus({ servers: servers.url })).runs.find(
    ({ name }) => name === opened.name,
  );
  expect(before?.jobs).toBe(0);
  expect(before?.results).toBeLessThan(1_000);
  expect(await attempts(opened.name)).toBeLessThan(1_100);
  await opened.finish();
  expect(await attempts(opened.name)).toBe(0);
});

/** How many attempts at jobs of a run are kept. */
async function attempts(name: string): Promise<number> {
  const connection = await Connection.open({ servers: servers.url });
  const { state } = await connection.jsm.streams.info('KV_PVF_ATTEMPTS', {
    subjects_filter: `$KV.PVF_ATTEMPTS.${name}.>`,
  });
  await connection.close();
  return Object.keys(state.subjects ?? {}).length;
}

test('a run that was left is gone on with, and nothing is executed twice', async () => {
  const { executor } = await agent('a', { waitMs: () => 5 });
  const first = await run({ window: 40 });
  const code = await first.addCode(CODE);
  const abort = new AbortController();
  const taken = new Set<number>();
  for await (const { index } of first.answers(entries(code, 200), { signal: abort.signal })) {
    taken.add(index);
    if (taken.size === 50) abort.abort();
  }
  await first.close();
  const again = await run({ name: first.name });
  expect(again.resumed).toBe(true);
  await expectRight(await all(again, 200));
  expect(executor.ran).toBe(200);
  await expect(run({ name: first.name, fingerprint: 'other' })).rejects.toMatchObject({
    code: 'RUN_DIFFERS',
  });
});

test('what is cancelled stops everywhere, and leaves nothing', async () => {
  const one = await agent('a', { waitMs: () => 60_000 });
  const opened = await run();
  const code = await opened.addCode(CODE);
  const taking = (async () => {
    for await (const _ of opened.answers(entries(code, 100), { signal: NEVER }))
      throw new Error('nothing is done');
  })();
  while (one.executor.ran < 4) await new Promise((resolve) => setTimeout(resolve, 20));
  const told = expect(taking).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
  await cancelRun({ servers: servers.url, run: opened.name });
  await told;
  while (one.describe().running > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  const status = await clusterStatus({ servers: servers.url });
  expect([status.waiting, status.leased]).toEqual([0, 0]);
  await expect(cancelRun({ servers: servers.url, run: opened.name })).rejects.toMatchObject({
    code: 'RUN_UNKNOWN',
  });
});

test('a job that fails everywhere is a dead letter after five attempts, with all of them', async () => {
  const poison = (data: Uint8Array) =>
    new DataView(data.buffer, data.byteOffset).getUint32(0) === 3 ? 'no space left' : undefined;
  const agents = await Promise.all(['a', 'b', 'c'].map((id) => agent(id, { fault: poison })));
  const found = await all(await run(), 6);
  const [result] = found.get(3)?.results ?? [];
  expect(result?.answer.task === 'validate' && result.answer.outcome).toMatchObject({
    kind: 'internal',
    vote: 'abstain',
  });
  expect(result?.attempts.filter(({ state }) => state === 'failed')).toHaveLength(5);
  expect((await clusterStatus({ servers: servers.url })).dead.total).toBeGreaterThan(0);
  found.delete(3);
  await expectRight(found);
  expect(agents.some((each) => each.describe().paused?.includes('no space left'))).toBe(true);
});

test('a machine that is at fault for a while loses nothing, and its jobs go to others', async () => {
  let broken = true;
  const bad = await agent('bad', { fault: () => (broken ? 'ENOSPC' : undefined) });
  await agent('good', { waitMs: () => 5 });
  setTimeout(() => {
    broken = false;
  }, 2_000);
  await expectRight(await all(await run(), 400));
  expect(bad.describe().failed).toBeGreaterThan(0);
});

test('two agents cannot have one id', async () => {
  await agent('same');
  await expect(agent('same', {}, { idPatienceMs: 1_500 })).rejects.toMatchObject({ code: 'AGENT_ID_TAKEN' });
});

test('whoever starts a run may have a clock that is hours off', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 5 * 3_600_000 });
  onTestFinished(() => void vi.useRealTimers());
  await agent('a');
  const opened = await run({ redundancy: 2 });
  await agent('b');
  await expectRight(await all(opened, 100, { forget: true }));
  await expectRight(await all(await run(), 3, { bytes: 1_000_000, forget: true }), 1_000_000);
  expect(await opened.agents()).toBe(2);
});

test('no server, and one without JetStream, are told', async () => {
  await expect(
    Run.open({ servers: 'nats://127.0.0.1:9', name: 'x', fingerprint: 'f' }),
  ).rejects.toMatchObject({ code: 'CONNECTION' });
});
