// `pvf replay --cluster --redundancy 2`: of 1,000 candidates on agents of which one changes a byte of one result and another one is
// slow, exactly these are told. Machines differ only in what they say of themselves; the rest is as in a real cluster.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ADDER_PVF_PATH } from '@pvf/example-adder-pvf';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Answers, Machine } from '../src/index.ts';
import { all, given } from './support/given.ts';
import { blockDataOf, jobOf, numberIn } from './support/jobs.ts';
import { pvf } from './support/pvf.ts';
import { type Servers, startServers } from './support/servers.ts';

function machineOf(engine: string): Machine {
  return { engine, cpu: `CPU ${engine}`, cores: 4, kernel: `Linux ${engine}`, arch: 'x64' };
}
vi.mock('../src/agent/machine.ts', () => ({ thisMachine: machineOf }));

const COUNT = 1_000;
/** Which of their answers they change: whatever candidate that is. */
const ANSWER = 20;
let servers: Servers;
let directory: string;
const { agent, run } = given(() => servers.url);

beforeAll(async () => {
  servers = await startServers(1);
  directory = mkdtempSync(join(tmpdir(), 'pvf-redundancy-'));
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const lines = Array.from({ length: COUNT }, (_, index) => {
    const { parentHead, relayParentNumber, relayParentStorageRoot } = INPUT.validationData;
    return JSON.stringify({
      parentHead: hex(parentHead),
      blockData: hex(blockDataOf(index)),
      relayParentNumber,
      relayParentStorageRoot: hex(relayParentStorageRoot),
    });
  });
  writeFileSync(join(directory, 'all.jsonl'), `${lines.join('\n')}\n`);
});
afterAll(async () => {
  await servers?.close();
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
});

const { input: INPUT } = jobOf({ hash: '', bytes: 0 }, new Uint8Array());

/**
 * Four agents: two that are right, `wrong`, which changes one byte of one answer, and `slow`, which takes three times as long for each
 * candidate, and for one of them much longer. @returns which candidates these were
 */
async function fourAgents(): Promise<{ wrong: () => number | undefined; late: () => number | undefined }> {
  let wrong: number | undefined;
  let late: number | undefined;
  const answers = { wrong: 0, slow: 0 };
  await agent('right', { cpuMs: 20 }, { engine: 'E-right' });
  await agent('right-too', { cpuMs: 21 }, { engine: 'E-right-too' });
  await agent(
    'wrong',
    {
      cpuMs: 20,
      bend: (head, data) => {
        answers.wrong += 1;
        if (answers.wrong !== ANSWER) return head;
        wrong = numberIn(data);
        return head.map((byte, at) => (at === 5 ? byte ^ 1 : byte));
      },
    },
    { engine: 'E-wrong' },
  );
  await agent(
    'slow',
    {
      cpuMs: (data) => {
        answers.slow += 1;
        if (answers.slow !== ANSWER) return 60;
        late = numberIn(data);
        return 400;
      },
    },
    { engine: 'E-slow' },
  );
  return { wrong: () => wrong, late: () => late };
}

/** Who answered, and on what machine, as a run tells it. */
const sidesOf = (answers: Answers | undefined) =>
  answers?.results.map(({ agent, machine }) => ({ agent, machine }));

test('a run tells exactly the changed byte, with both machines, the late answer, and the slow machine', async () => {
  const { wrong, late } = await fourAgents();
  const opened = await run({ redundancy: 2 });
  const found = await all(opened, COUNT);
  for (const { results } of found.values()) expect(new Set(results.map(({ agent }) => agent)).size).toBe(2);
  const told = new Map(
    [...found.values()].flatMap((each) => (each.disagreement ? [[each.index, each]] : [])),
  );
  expect([...told.keys()].sort()).toEqual([...new Set([wrong(), late()])].sort());
  const changed = told.get(wrong() ?? -1);
  expect(changed?.disagreement?.about).toContain('result');
  expect(changed?.disagreement?.sides).toMatchObject(sidesOf(changed) ?? []);
  expect(sidesOf(changed)).toContainEqual({ agent: 'wrong', machine: machineOf('E-wrong') });
  const [one, other] = changed?.disagreement?.sides ?? [];
  expect(one?.resultSha256).not.toBe(other?.resultSha256);
  const slow = told.get(late() ?? -1);
  expect(slow?.disagreement?.about).toContain('cpu-time');
  expect(slow?.disagreement?.sides).toContainEqual(
    expect.objectContaining({ agent: 'slow', machine: machineOf('E-slow'), cpuMs: 400 }),
  );
  expect(opened.slowAgents()).toEqual([
    expect.objectContaining({ agent: 'slow', machine: machineOf('E-slow') }),
  ]);
  expect(opened.slowAgents()[0]?.factor).toBeGreaterThan(2.5);
});

test('`pvf replay --redundancy 2` says the same: in the results, the summary and on stderr', async () => {
  const { wrong, late } = await fourAgents();
  const { code, stdout, stderr } = await pvf(
    directory,
    ...['replay', 'all.jsonl', '--pvf', ADDER_PVF_PATH, '--cluster', servers.url, '--redundancy', '2'],
    ...['-o', 'results.jsonl', '--json'],
  );
  expect(code, stderr).toBe(5);
  const records = readFileSync(join(directory, 'results.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(records).toHaveLength(COUNT);
  const told = new Map(
    records.flatMap(({ id, differences }) => (differences.length ? [[id, differences]] : [])),
  );
  const idOf = (index: number | undefined) => `line ${(index ?? -2) + 1}`;
  expect([...told.keys()].sort()).toEqual([...new Set([idOf(wrong()), idOf(late())])].sort());
  const about = (agent: string) => `on ${agent} (E-${agent}; CPU E-${agent}; Linux E-${agent})`;
  const result = told.get(idOf(wrong())).find((line: string) => line.startsWith('result: '));
  expect(result).toContain(about('wrong'));
  expect(result).toMatch(/on (right|right-too|slow) \(E-\1; CPU E-\1; Linux E-\1\)/);
  const time = told.get(idOf(late())).find((line: string) => line.startsWith('CPU time: '));
  expect(time).toContain(`400.0 ms ${about('slow')}`);
  const summary = JSON.parse(stdout);
  expect(summary.byOutcome).toEqual({ valid: COUNT });
  expect(summary.different.map(({ id }: { id: string }) => id).sort()).toEqual([...told.keys()].sort());
  expect(summary.slowAgents).toEqual([
    expect.objectContaining({ agent: 'slow', machine: machineOf('E-slow') }),
  ]);
  expect(stderr.match(/^SLOW .*$/gm)).toEqual([
    expect.stringMatching(
      /^SLOW slow: \d\.\d\d times the CPU time of other agents .*\(E-slow; CPU E-slow; Linux E-slow\)$/,
    ),
  ]);
});

test('with as many agents as answers, a changed byte is found for sure', async () => {
  await agent('right');
  await agent('wrong', {
    bend: (head, data) => (numberIn(data) === 30 ? head.map((byte) => byte ^ 1) : head),
  });
  const found = await all(await run({ redundancy: 2 }), 60);
  const told = [...found.values()].flatMap(({ index, disagreement }) => (disagreement ? [index] : []));
  expect(told).toEqual([30]);
});
