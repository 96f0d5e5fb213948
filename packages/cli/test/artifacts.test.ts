// The cache directory from the command line.
import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ADDER_PVF_PATH } from '@pvf/example-adder-pvf';
import { expect, test } from 'vitest';
import { temporaryDirectory } from './files.ts';
import { run } from './run.ts';
import { expectSchema } from './schema.ts';

const HOUR_S = 3_600;

test('list, inspect, verify, prune', async () => {
  const directory = temporaryDirectory();
  const cache = ['--cache-dir', directory];
  const artifacts = async (command: string, ...argv: string[]) => {
    const { code, stdout } = await run(['artifacts', command, '--json', ...cache, ...argv]);
    return { code, report: expectSchema(stdout) };
  };
  expect((await artifacts('list')).report).toMatchObject({ artifacts: [] });

  const precheck = expectSchema((await run(['precheck', '--json', ...cache, ADDER_PVF_PATH])).stdout);
  const { codeHash, size } = precheck.pvfs[0].outcome.artifact;
  writeFileSync(join(directory, 'notes.txt'), 'mine');
  expect(await artifacts('list')).toMatchObject({
    code: 0,
    report: { artifacts: [{ codeHash, bytes: size }] },
  });
  expect((await run(['artifacts', 'list', ...cache])).stdout).toContain(`0x${codeHash}`);
  expect(await artifacts('verify')).toMatchObject({ code: 0, report: { artifacts: [{ codeHash }] } });

  const path = join(directory, readdirSync(directory).find((name) => name.endsWith('.pvf'))!);
  const inspected = await run(['inspect', '--json', path]);
  expect(inspected.code).toBe(0);
  expect(expectSchema(inspected.stdout)).toMatchObject({
    recorded: { codeHash },
    named: { identity: { codeHash } },
    problems: [],
  });

  // Used a moment ago: it stays, unless somebody says so.
  expect((await artifacts('prune')).report).toMatchObject({ removed: [], kept: 1 });
  expect((await artifacts('prune', '--older-than', '0', '--max-bytes', String(size))).report).toMatchObject({
    kept: 1,
  });
  const old = Date.now() / 1000 - 30 * HOUR_S;
  utimesSync(path, old, old);
  expect((await artifacts('prune', '--dry-run')).report).toMatchObject({ dryRun: true, kept: 0 });

  writeFileSync(path, 'damage', { flag: 'r+' });
  expect(await artifacts('verify')).toMatchObject({
    code: 1,
    report: { artifacts: [{ problem: expect.stringContaining('checksum') }] },
  });
  expect((await run(['artifacts', 'verify', ...cache])).stdout).toContain('DAMAGED');

  utimesSync(path, old, old);
  expect((await artifacts('prune')).report).toMatchObject({
    kept: 0,
    keptBytes: 0,
    removed: [expect.stringMatching(/\.pvf$/)],
  });
  expect(readdirSync(directory)).toEqual(['notes.txt']);
});

test('a cache directory that is none', async () => {
  const { code, stderr } = await run(['artifacts', 'list', '--cache-dir', ADDER_PVF_PATH]);
  expect([code, stderr]).toEqual([2, expect.stringContaining('--cache-dir')]);
});
