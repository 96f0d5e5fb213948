// Real servers and agents; what they execute is made up, so that it is quick and can be told to go wrong.
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Connection } from '../src/connection/index.ts';
import {
  Agent,
  type AgentOptions,
  type Answers,
  type ClusterError,
  cancelRun,
  clusterStatus,
  Run,
  type RunOptions,
} from '../src/index.ts';
import { type Manner, waitingExecutor } from './support/executors.ts';
import { blockDataOf, CODE, entries, jobOf } from './support/jobs.ts';
import { type Servers, startServers } from './support/servers.ts';

const LIMITS = { storeBytes: 256 * 1024 ** 2 };
let servers: Servers;
let names = 0;

beforeAll(async () => {
  servers = await startServers(1);
});
afterAll(() => servers.close());

async function agent(id: string, manner: Manner = {}, options: Partial<AgentOptions> = {}) {
  const executor = waitingExecutor(manner);
  const started = await Agent.start({
    servers: servers.url,
    id,
    executor,
    engine: 'made up',
    slots: 4,
    limits: LIMITS,
    ...options,
  });
  onTestFinished(() => started.close());
  return Object.assign(started, { executor });
}

async function run(options: Partial<RunOptions> = {}) {
  names += 1;
  const opened = await Run.open({
    servers: servers.url,
    name: `run-${names}`,
    fingerprint: 'f',
    limits: LIMITS,
    ...options,
  });
  onTestFinished(() => opened.close());
  return opened;
}

const NEVER = new AbortController().signal;

async function all(
  opened: Run,
  count: number,
  { bytes, forget = false }: { bytes?: number; forget?: boolean } = {},
) {
  const code = await opened.addCode(CODE);
  const found = new Map<number, Answers>();
  for await (const answers of opened.answers(entries(code, count, bytes), { signal: NEVER, forget })) {
    expect(found.has(answers.index), `${answers.index} twice`).toBe(false);
    found.set(answers.index, answers);
  }
  expect([...found.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
  return found;
}

/** What any machine answers. */
async function headOf(index: number, bytes?: number) {
  const executor = waitingExecutor();
  const code = await executor.importCode(CODE);
  const outcome = await executor.validate({
    ...jobOf({ hash: '', bytes: 8 }, blockDataOf(index, bytes)).input,
    code,
  } as never);
  return outcome.kind === 'valid' ? Buffer.from(outcome.result.headData).toString('hex') : undefined;
}

async function expectRight(found: Map<number, Answers>, bytes?: number) {
  for (const [index, { results }] of found)
    for (const { answer } of results) {
      const outcome = answer.task === 'validate' ? answer.outcome : undefined;
      expect(outcome?.kind === 'valid' && Buffer.from(outcome.result.headData).toString('hex')).toBe(
        await headOf(index, bytes),
      );
    }
}

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

test('of 1,000 candidates on two agents each, one changed byte and a slow machine are found', async () => {
  const wrong = (head: Uint8Array, data: Uint8Array) =>
    new DataView(data.buffer, data.byteOffset).getUint32(0) === 777
      ? head.map((byte, at) => (at === 5 ? byte ^ 1 : byte))
      : head;
  await agent('right', { cpuMs: 20 });
  await agent('wrong', { cpuMs: 20, bend: wrong });
  await agent('slow', { cpuMs: 60 });
  const opened = await run({ redundancy: 2 });
  let differing = 0;
  // Whether the bent one has 777 is chance, so it is asked until it had it: the others agree each time.
  const found = await all(opened, 1_000);
  for (const { results } of found.values()) expect(new Set(results.map(({ agent }) => agent)).size).toBe(2);
  for (const { index, disagreement, results } of found.values()) {
    const bent = results.some(({ agent }) => agent === 'wrong') && index === 777;
    expect(disagreement?.about).toEqual(bent ? ['result'] : undefined);
    if (!bent) continue;
    differing += 1;
    expect(disagreement?.sides.every(({ machine }) => machine.kernel.startsWith('Linux'))).toBe(true);
  }
  expect(differing).toBe(found.get(777)?.results.some(({ agent }) => agent === 'wrong') ? 1 : 0);
  expect(opened.slowAgents().map(({ agent }) => agent)).toEqual(['slow']);
});

test('with as many agents as answers, a changed byte is found for sure', async () => {
  await agent('right');
  await agent('wrong', {
    bend: (head, data) =>
      new DataView(data.buffer, data.byteOffset).getUint32(0) === 30 ? head.map((byte) => byte ^ 1) : head,
  });
  const found = await all(await run({ redundancy: 2 }), 60);
  expect([...found.values()].flatMap(({ index, disagreement }) => (disagreement ? [index] : []))).toEqual([
    30,
  ]);
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

describe('bad input', () => {
  test('a PoV above the limit is told before anything is sent', async () => {
    const opened = await run();
    const code = await opened.addCode(CODE);
    async function* one() {
      yield { index: 0, job: jobOf(code, new Uint8Array(33 * 1024 * 1024)) };
    }
    const next = opened.answers(one(), { signal: NEVER }).next();
    await expect(next).rejects.toMatchObject({ code: 'TOO_LARGE', meta: { what: 'pov' } });
  });

  test('agents of another version get nothing, and it is told that there is none', async () => {
    const opened = await run();
    await agent('old');
    const connection = await Connection.open({ servers: servers.url });
    onTestFinished(() => connection.close());
    const { Kvm } = await import('@nats-io/kv');
    const kv = await new Kvm(connection.js).open('PVF_AGENTS');
    const entry = await kv.get('old');
    await kv.put('older', JSON.stringify({ ...entry?.json<object>(), id: 'older', version: '9.9.9' }));
    expect(await opened.agents()).toBe(1);
    expect(
      (await clusterStatus({ servers: servers.url })).agents.map(({ id, version }) => [id, version]),
    ).toContainEqual(['older', '9.9.9']);
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

  test('a full queue waits for agents, and without any is an error; nothing is lost', async () => {
    const opened = await run({ window: 2_000 });
    const slow = all(opened, 260, { bytes: 250_000 });
    setTimeout(() => void agent('late'), 3_000);
    await expectRight(await slow, 250_000);
  });
});

test('credentials that are withdrawn end an agent with the reason, and others do its work', async () => {
  const guarded = await startServers(
    1,
    'authorization { users: [{ user: a, password: pa }, { user: b, password: pb }] }',
  );
  onTestFinished(() => guarded.close());
  const as = (user: string) => ({ servers: guarded.url.replace('//', `//${user}:p${user}@`) });
  await expect(Run.open({ servers: guarded.url, name: 'x', fingerprint: 'f' })).rejects.toMatchObject({
    code: 'NOT_AUTHORISED',
  });
  const lost = await agent('lost', { waitMs: () => 20 }, as('a'));
  await agent('kept', { waitMs: () => 20 }, as('b'));
  const opened = await run(as('b'));
  const answered = all(opened, 400);
  await new Promise((resolve) => setTimeout(resolve, 500));
  await guarded.list[0]?.reload((text) => text.replace('{ user: a, password: pa }, ', ''));
  const error: ClusterError | undefined = await lost.ended;
  expect(error?.code).toBe('NOT_AUTHORISED');
  expect(error?.message).not.toContain('pa@');
  await expectRight(await answered);
});

test('no server, and one without JetStream, are told', async () => {
  await expect(
    Run.open({ servers: 'nats://127.0.0.1:9', name: 'x', fingerprint: 'f' }),
  ).rejects.toMatchObject({ code: 'CONNECTION' });
});
