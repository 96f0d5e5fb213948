// Many candidates: results, resuming, comparing, and what a summary says.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ADDER_PVF_PATH, adderChain, encodeAdderBlock } from '@pvf/example-adder-pvf';
import { guest } from '@pvf/test-kit';
import { expect, test } from 'vitest';
import { Rate } from '../src/commands/replay/rate.ts';
import { temporaryDirectory, temporaryFile } from './files.ts';
import { run } from './run.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const chain = adderChain([5n, 7n, 9n]);
const candidate = ({ parentHead }: { parentHead: Uint8Array }, blockData: Uint8Array) => ({
  parentHead: hex(parentHead),
  blockData: hex(blockData),
  relayParentNumber: 9,
  relayParentStorageRoot: '00'.repeat(32),
});
const good = chain.map((block) => candidate(block, block.blockData));
const bad = candidate(chain[0]!, encodeAdderBlock({ state: 1n, add: 5n }));
const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');
const records = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('a JSONL file: results, CSV, summary; then resumed without doing anything twice', async () => {
  const directory = temporaryDirectory();
  const [source, output, csv] = ['all.jsonl', 'results.jsonl', 'results.csv'].map((name) =>
    join(directory, name),
  ) as [string, string, string];
  writeFileSync(source, `${lines([...good, bad])}\nnonsense\n`);
  const argv = [
    'replay',
    source,
    '--pvf',
    ADDER_PVF_PATH,
    '--cache-dir',
    join(directory, 'cache'),
    '--jobs',
    '2',
  ];
  const first = await run([...argv, '--json', '--output', output, '--csv', csv]);
  // Of the candidate that cannot be read: the highest code.
  expect(first.code).toBe(2);
  expect(JSON.parse(first.stdout)).toMatchObject({
    command: 'replay',
    total: 5,
    resumed: 0,
    byOutcome: { valid: 3, 'invalid (refused-by-pvf)': 1, unreadable: 1 },
    different: [],
  });
  expect(records(output)).toHaveLength(5);
  expect(records(output).find(({ id }) => id === 'line 1')).toMatchObject({
    outcome: 'valid',
    vote: 'unchecked',
    cpuMs: expect.any(Number),
  });
  const rows = readFileSync(csv, 'utf8').split('\r\n');
  expect(rows[0]).toMatch(/^id,name,outcome,vote/);
  expect(rows).toHaveLength(7);

  // As an interrupted call leaves it: the last line is cut off.
  const [one, two] = readFileSync(output, 'utf8').split('\n');
  writeFileSync(output, `${one}\n${two!.slice(0, 20)}`);
  const again = await run([...argv, '--output', output, '--resume']);
  expect(again.stdout).toContain('5 candidates, 1 of them done before');
  expect(new Set(records(output).map(({ id }) => id)).size).toBe(5);

  const twice = await run([...argv, '--output', output]);
  expect([twice.code, twice.stderr]).toEqual([2, expect.stringContaining('--resume')]);
  const other = await run([...argv, '--output', output, '--resume', '--timeout', '77']);
  expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('other limits')]);
});

test('a directory, compared with another PVF: every difference is listed', async () => {
  const directory = temporaryDirectory();
  for (const [index, each] of good.entries())
    writeFileSync(join(directory, `${index}.json`), JSON.stringify(each));
  writeFileSync(join(directory, 'index.json'), '{}');
  writeFileSync(join(directory, 'notes.bin'), 'x');
  const argv = ['replay', directory, '--no-cache', '--pvf', ADDER_PVF_PATH];
  const same = await run([...argv, '--compare-pvf', ADDER_PVF_PATH]);
  expect([same.code, same.stdout]).toEqual([0, expect.stringContaining('compared: no difference')]);
  const trap = temporaryFile('trap.wasm', guest('trap'));
  const other = await run([...argv, '--compare-pvf', trap]);
  expect(other.code).toBe(5);
  for (const index of good.keys()) {
    expect(other.stdout).toMatch(
      new RegExp(`^DIFFERS ${index}.json: outcome: valid here, invalid there`, 'm'),
    );
  }
});

test('two pairs of worker programs', async () => {
  const host = createRequire(import.meta.url).resolve('@pvf/host/package.json');
  const program = (kind: string) =>
    join(
      dirname(createRequire(host).resolve(`@pvf/${kind}-worker/package.json`)),
      'bin',
      `pvf-${kind}-worker`,
    );
  const source = temporaryFile('all.jsonl', lines([good[0], bad]));
  const argv = ['replay', source, '--json', '--no-cache', '--pvf', ADDER_PVF_PATH];
  const { code, stdout } = await run([
    ...argv,
    ...['--compare-prepare-worker', program('prepare'), '--compare-execute-worker', program('execute')],
  ]);
  expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ total: 2, different: [] })]);
});

test.each([
  ['nothing there', [() => join(temporaryDirectory(), 'gone')], /ENOENT/],
  ['an empty directory', [temporaryPath], /no candidate in/],
  ['--resume without results', [temporaryJsonl, '--resume'], /only with --output/],
])('usage: %s', async (_, argv, message) => {
  const real = argv.map((each) => (typeof each === 'string' ? each : each()));
  const { code, stderr } = await run(['replay', '--pvf', ADDER_PVF_PATH, ...real]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
});
function temporaryPath(): string {
  return temporaryDirectory();
}
function temporaryJsonl(): string {
  return temporaryFile('x.jsonl', '{}');
}

test('rate and time left count what this call has done', () => {
  let now = 0;
  const rate = new Rate(5_000, () => now);
  expect(rate.text()).toBe('0 of 5,000 (0 %)');
  for (let step = 0; step < 1_000; step++) rate.step(false);
  for (let step = 0; step < 200; step++) rate.step(true);
  now = 10_000;
  expect(rate.text()).toBe('1,200 of 5,000 (24 %), 20/s, 3 min left');
});
