// Every candidate of every collected PVF that is at hand, through the command line: verdicts and results as expected.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '@pvf/cli';
import { sharedDir } from '@pvf/test-kit';
import { expect, test } from 'vitest';
import { run } from '../run.ts';

const shared = sharedDir();
const folder = join(shared, 'candidates', 'povrt-1');
const pvf = join(shared, 'candidates', 'povrt-1.compact.compressed.wasm');
const files = readdirSync(folder).filter((name) => /^\d{3}-.*\.json$/.test(name));

test('there are candidates', () => {
  expect(files.length).toBeGreaterThan(80);
});

test('pvf validate --check agrees with all of them', async () => {
  const candidates = files.sort().map((name) => join(folder, name));
  const { code, stdout } = await run([
    ...['validate', '--no-cache', '--json', '--quiet', '--check', '--pvf', pvf, '--candidate'],
    ...candidates,
  ]);
  const reports: { name: string; differences: string[] }[] = JSON.parse(stdout).candidates;
  expect(reports).toHaveLength(files.length);
  expect(reports.filter(({ differences }) => differences.length > 0)).toEqual([]);
  expect(code).toBe(EXIT.ok);
});
