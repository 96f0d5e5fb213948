// What the service tells of a cluster that it watches: never more than its schema, one reading for all, and no secret.
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { clusterOf } from '../src/convert/index.ts';
import { ClusterState } from '../src/service/cluster.ts';
import { overSocket } from './support/over-socket.ts';
import { serveFake } from './support/service.ts';

const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true, binary: true } });
ajv.addSchema(JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8')), 'api');

/** What goes over the wire is what the description says. */
function expectConforms(value: unknown): void {
  const validate = ajv.getSchema('api#/components/schemas/Cluster');
  expect(validate?.(JSON.parse(JSON.stringify(value))) || validate?.errors).toBe(true);
}

const machine = { engine: 'node', cpu: 'EPYC', cores: 2, kernel: 'Linux', arch: 'x64' };
const agent = (id: string, more: object = {}) => ({
  ...{ format: 1, id, session: 's', version: '0.1.0', machine },
  ...{ slots: 4, running: 2, done: 90, failed: 1, rate: 1.5, loaded: 3, ...more },
});
const run = (name: string, more: object = {}) => ({
  ...{ name, replicas: 2, version: '0.1.0', state: 'open', jobs: 12 },
  ...more,
});
const told = (more: object = {}) => ({
  server: { version: '2.15.3', cluster: undefined },
  agents: { total: 2, list: [agent('a'), agent('b', { paused: 'disk full' })] },
  runs: { total: 1, list: [run('july'), run('june', { jobs: undefined })] },
  dead: { total: 3, newest: ['july.7.0'] },
  stores: [
    { name: 'PVF_JOBS', bytes: 10, limit: 100 },
    { name: 'PVF_DEAD', bytes: 1, limit: -1 },
  ],
  ...{ waiting: 11, leased: 4, results: 5, rate: 3 },
  ...more,
});

const get = async (socket: string) => {
  const { status, body, headers } = await overSocket(socket, { path: '/v1/cluster' });
  return { status, headers, text: body, body: JSON.parse(body) };
};

test('it is told as the schema says', async () => {
  const { socket, client } = await serveFake({ cluster: async () => told() });
  const { status, body } = await get(socket);
  expect(status).toBe(200);
  expectConforms(body);
  expect(body).toEqual({
    at: expect.stringMatching(/^20.*Z$/),
    server: { version: '2.15.3' },
    agents: {
      total: 2,
      list: [
        { id: 'a', version: '0.1.0', slots: 4, running: 2, done: 90, failed: 1, rate: 1.5, cpu: 'EPYC' },
        expect.objectContaining({ id: 'b', paused: 'disk full' }),
      ],
    },
    runs: {
      total: 1,
      list: [
        { name: 'july', version: '0.1.0', state: 'open', redundancy: 2, jobs: 12 },
        { name: 'june', version: '0.1.0', state: 'open', redundancy: 2 },
      ],
    },
    dead: { total: 3, newest: ['july.7.0'] },
    stores: [
      { name: 'PVF_JOBS', bytes: 10, limit: 100 },
      { name: 'PVF_DEAD', bytes: 1 },
    ],
    ...{ waiting: 11, leased: 4, results: 5, rate: 3 },
  });
  expect((await client.GET('/v1/cluster')).data).toEqual(body);
});

test('without a cluster there is a problem of its own', async () => {
  const { socket } = await serveFake();
  expect(await get(socket)).toMatchObject({ status: 404, body: { code: 'NO_CLUSTER', status: 404 } });
});

test('why it cannot be read is told by a code alone; the words of the error have addresses, and those passwords', async () => {
  const errors: [unknown, string][] = [
    [Object.assign(new Error('nats://me:secret@host'), { code: 'CONNECTION' }), 'CONNECTION'],
    [Object.assign(new Error('secret'), { code: 'nats://me:secret@host' }), 'UNREADABLE'],
    [Object.assign(new Error('secret'), { code: 'S'.repeat(41) }), 'UNREADABLE'],
    ['secret', 'UNREADABLE'],
    [undefined, 'UNREADABLE'],
  ];
  for (const [error, reason] of errors) {
    const { socket } = await serveFake({ cluster: () => Promise.reject(error) });
    const { status, body, text, headers } = await get(socket);
    expect([status, headers['retry-after']]).toEqual([503, '5']);
    expect(body).toMatchObject({ code: 'CLUSTER_UNAVAILABLE', meta: { reason } });
    expect(text).not.toContain('secret');
  }
});

test('lists and texts are cut, entries that are none left out', () => {
  const many = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n));
  const long = 'x'.repeat(10_000);
  const cluster = clusterOf(
    told({
      server: { version: long, cluster: long },
      agents: {
        total: 1e6,
        list: [
          null,
          agent('no', { rate: Number.NaN }),
          agent('no', { slots: 1.5 }),
          agent('no', { done: -1 }),
        ].concat(
          many(500, (n) =>
            agent(`${n}${long}`, { version: long, machine: { cpu: long }, paused: `${'x'.repeat(299)}😀` }),
          ),
        ),
      },
      runs: {
        total: 900,
        list: [
          run('no', { replicas: '2' }),
          ...many(300, (n) => run(`${n}${long}`, { version: long, state: long })),
        ],
      },
      dead: { total: 7, newest: [7, ...many(99, () => long)] },
      stores: [
        { name: 'no', bytes: 1, limit: Number.POSITIVE_INFINITY },
        ...many(99, () => ({ name: long, bytes: 1, limit: 2 })),
      ],
    }),
    new Date(),
  );
  expectConforms(cluster);
  const { agents, runs, dead, stores } = cluster;
  expect([agents.list.length, runs.list.length, dead.newest.length, stores.length]).toEqual([
    200, 50, 20, 20,
  ]);
  expect([agents.total, runs.total, dead.total]).toEqual([1e6, 900, 7]);
  expect(agents.list[0]?.id).toBe(`0${'x'.repeat(63)}`);
  // Half of a character is none.
  expect(agents.list[0]?.paused).toBe(`${'x'.repeat(299)}\ufffd`);
  expect(JSON.stringify(cluster).length).toBeLessThan(300_000);
});

test('whatever a cluster says, it is told as the schema says or not at all', () => {
  const anything = fc.oneof(
    fc.anything(),
    fc.double(),
    fc.string({ unit: 'binary' }),
    fc.constant(undefined),
  );
  const instead = (value: object): fc.Arbitrary<object> =>
    fc.record(
      Object.fromEntries(
        Object.entries(value).map(([key, part]) => [
          key,
          fc.oneof({ weight: 6, arbitrary: fc.constant(part) }, { weight: 1, arbitrary: anything }),
        ]),
      ),
    );
  const cluster = fc
    .tuple(fc.array(instead(agent('a'))), fc.array(instead(run('r'))), instead(told()))
    .map(([agents, runs, all]) => ({
      ...all,
      agents: { total: 1, list: agents },
      runs: { total: 1, list: runs },
    }));
  let told200 = 0;
  fc.assert(
    fc.property(cluster, (said) => {
      let found: unknown;
      try {
        found = clusterOf(said, new Date());
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
        return;
      }
      told200 += 1;
      expectConforms(found);
    }),
    { numRuns: 500 },
  );
  expect(told200).toBeGreaterThan(20);
});

/** A state whose readings the test ends. */
function heldState() {
  const readings: PromiseWithResolvers<unknown>[] = [];
  const ending = new AbortController();
  const state = new ClusterState(() => {
    const reading = Promise.withResolvers<unknown>();
    readings.push(reading);
    return reading.promise;
  }, ending.signal);
  return { state, readings, ending };
}

afterEach(() => void vi.useRealTimers());

test('who asks while it is read, or within five seconds, gets the same reading', async () => {
  vi.useFakeTimers();
  const { state, readings } = heldState();
  const both = [state.get(), state.get()];
  readings[0]?.resolve(told());
  const [first, second] = await Promise.all(both);
  expect(first).toBe(second);
  vi.advanceTimersByTime(4_999);
  expect(await state.get()).toBe(first);
  expect(readings).toHaveLength(1);
  vi.advanceTimersByTime(1);
  const third = state.get();
  expect(readings).toHaveLength(2);
  readings[1]?.resolve(told({ waiting: 12 }));
  expect((await third).waiting).toBe(12);
});

test('a failure is kept as long: servers that are away are not asked by each request', async () => {
  vi.useFakeTimers();
  let asked = 0;
  const state = new ClusterState(() => {
    asked += 1;
    throw Object.assign(new Error('at once'), { code: 'CONNECTION' });
  }, new AbortController().signal);
  for (let n = 0; n < 3; n += 1)
    await expect(state.get()).rejects.toMatchObject({ details: { meta: { reason: 'CONNECTION' } } });
  expect(asked).toBe(1);
  vi.advanceTimersByTime(5_000);
  await expect(state.get()).rejects.toMatchObject({ code: 'CLUSTER_UNAVAILABLE' });
  expect(asked).toBe(2);
});

test('a reading that takes long is no reason to wait, is not begun twice, and is told once it is there', async () => {
  vi.useFakeTimers();
  const { state, readings } = heldState();
  const late = expect(state.get()).rejects.toMatchObject({ details: { meta: { reason: 'TIMEOUT' } } });
  await vi.advanceTimersByTimeAsync(5_000);
  await late;
  const next = expect(state.get()).rejects.toMatchObject({ details: { meta: { reason: 'TIMEOUT' } } });
  await vi.advanceTimersByTimeAsync(0);
  await next;
  expect(readings).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(60_000);
  readings[0]?.resolve(told({ waiting: 13 }));
  await vi.advanceTimersByTimeAsync(0);
  expect((await state.get()).waiting).toBe(13);
  expect(vi.getTimerCount()).toBe(0);
});

test('the end of the service does not wait for it', async () => {
  let asked = 0;
  const { socket, server } = await serveFake({
    cluster: () => {
      asked += 1;
      return new Promise(() => {});
    },
  });
  const waiting = get(socket);
  await expect.poll(() => asked, { timeout: 30_000 }).toBe(1);
  const closed = server.close(0);
  expect(await waiting).toMatchObject({ status: 503, body: { code: 'SHUTTING_DOWN' } });
  await closed;
});
