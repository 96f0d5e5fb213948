// What a monitor asks for at most. What it tells of real servers: check/monitor.check.ts.
import { expect, test } from 'vitest';
import type { Connection } from '../src/connection/index.ts';
import { ClusterMonitor } from '../src/index.ts';
import { DeadLetters } from '../src/monitor/dead-letters.ts';
import { readOverview } from '../src/monitor/overview.ts';
import { RunList } from '../src/monitor/runs.ts';

const machine = { engine: 'e', cpu: 'c', cores: 1, kernel: 'k', arch: 'a' };
const figures = { slots: 2, running: 1, done: 5, failed: 0, rate: 0.5, loaded: 0 };

/** Servers with so many agents, runs and jobs, and what is asked of them. */
function fakeServers({ agents = 0, runs = 0, jobs = 0 }) {
  const asked = { messages: 0, atOnce: 0, listed: [] as string[] };
  let open = 0;
  const numbered = (count: number, make: (n: string) => [string, object]) =>
    Array.from({ length: count }, (_, n) => make(String(n + 1).padStart(6, '0')));
  const records = new Map<string, [string, object][]>([
    [
      'KV_PVF_AGENTS',
      numbered(agents, (n) => [
        `$KV.PVF_AGENTS.a${n}`,
        { format: 1, id: `a${n}`, session: 's', version: '1', machine, ...figures },
      ]),
    ],
    [
      'KV_PVF_RUNS',
      numbered(runs, (n) => [
        `$KV.PVF_RUNS.r${n}`,
        { format: 1, name: `r${n}`, fingerprint: 'f', replicas: 1, version: '1', state: 'open', codes: [] },
      ]),
    ],
  ]);
  const info = async (stream: string, filter?: { subjects_filter: string }) => {
    if (filter !== undefined) asked.listed.push(stream);
    const all = records.get(stream) ?? [];
    const state = {
      messages: stream === 'PVF_JOBS' ? jobs : all.length,
      last_seq: all.length,
      first_seq: 1,
      bytes: 1,
    };
    const subjects = Object.fromEntries(all.map(([subject]) => [subject, 1]));
    return { created: 'once', config: { max_bytes: -1 }, state: { ...state, ...(filter && { subjects }) } };
  };
  const getMessage = async (stream: string, query: { last_by_subj?: string; seq?: number }) => {
    asked.messages += 1;
    open += 1;
    asked.atOnce = Math.max(asked.atOnce, open);
    await new Promise((resolve) => setImmediate(resolve));
    open -= 1;
    const all = records.get(stream) ?? [];
    const at =
      query.seq === undefined ? all.findIndex(([subject]) => subject === query.last_by_subj) : query.seq - 1;
    const [subject, record] = all[at] ?? [];
    const data = Buffer.from(JSON.stringify(record));
    return subject === undefined ? null : { subject, data, seq: at + 1, header: { has: () => false } };
  };
  async function* list() {
    yield { num_ack_pending: 7 };
  }
  const connection = { nc: {}, jsm: { streams: { info, getMessage }, consumers: { list } } };
  const known = { runs: new RunList(), dead: new DeadLetters() };
  const read = (signal = new AbortController().signal) =>
    readOverview(connection as unknown as Connection, known, signal);
  return { asked, read };
}

test('a thousand agents are read, 32 at once; the others are counted', async () => {
  const { asked, read } = fakeServers({ agents: 1_003 });
  const { agents, rate } = await read();
  expect([agents.total, agents.list.length, agents.list[999]?.id, rate]).toEqual([
    1_003,
    1_000,
    'a001000',
    500,
  ]);
  expect([asked.messages, asked.atOnce]).toEqual([1_000, 32]);
});

test('jobs are counted by run as long as there are not too many to list', async () => {
  const few = fakeServers({ runs: 1, jobs: 20_000 });
  const many = fakeServers({ runs: 1, jobs: 20_001 });
  const told = async ({ read }: typeof few) => {
    const { runs, waiting, leased } = await read();
    return { jobs: runs.list[0]?.jobs, waiting, leased };
  };
  expect(await told(few)).toEqual({ jobs: 0, waiting: 19_993, leased: 7 });
  expect(await told(many)).toEqual({ jobs: undefined, waiting: 19_994, leased: 7 });
  expect(few.asked.listed).toContain('PVF_JOBS');
  expect(many.asked.listed).not.toContain('PVF_JOBS');
});

test('a run is read once, however often it is asked; the newest hundred are told', async () => {
  const { asked, read } = fakeServers({ runs: 150 });
  const { runs } = await read();
  expect([runs.total, runs.list.length, runs.list[0]?.name, runs.list[99]?.name]).toEqual([
    150,
    100,
    'r000150',
    'r000051',
  ]);
  expect(asked.messages).toBe(150);
  expect((await read()).runs).toEqual(runs);
  expect(asked.messages).toBe(150);
});

test('what was read before the time was up is known the next time', async () => {
  const { asked, read } = fakeServers({ runs: 150 });
  const soon = new AbortController();
  const reading = read(soon.signal);
  while (asked.messages < 50) await new Promise((resolve) => setImmediate(resolve));
  soon.abort(new Error('time is up'));
  await expect(reading).rejects.toThrow('time is up');
  const before = asked.messages;
  expect(before).toBeLessThan(150);
  expect((await read()).runs.total).toBe(150);
  expect(asked.messages).toBe(150);
});

test('options that cannot work are told before anything is asked', () => {
  expect(() => new ClusterMonitor({ servers: 'http://a' })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', meta: { option: 'servers' } }),
  );
});
