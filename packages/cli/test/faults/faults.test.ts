// What goes wrong for real users: each is told what happened, where, and what to do, and scripts get the exit code that
// the README promises.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FINALIZED, serveNode } from '../node-server.ts';
import { run } from '../run.ts';
import { expectSchema } from '../schema.ts';
import { writeFixtures } from './fixtures.ts';
import { AT_ONCE, BY_JOBS, type Fault } from './table.ts';

const directory = mkdtempSync(join(tmpdir(), 'pvf-cli-test-'));
const before = process.cwd();
beforeAll(() => {
  writeFixtures(directory);
  process.chdir(directory);
});
afterAll(() => {
  process.chdir(before);
  rmSync(directory, { recursive: true, force: true });
});

async function told({ argv, exit, where, remedy }: Fault, extra: readonly string[] = []): Promise<void> {
  let real = [...argv];
  if (argv.includes('NODE')) {
    const { url } = await serveNode({ [FINALIZED]: {}, [`0x${'01'.repeat(32)}`]: 'discarded' });
    real = argv.map((each) => (each === 'NODE' ? url : each));
  }
  const { code, stdout, stderr } = await run([...real, ...extra]);
  expect(code).toBe(exit);
  const text = `${stdout}${stderr}`;
  expect(text).toMatch(where);
  expect(text).toMatch(remedy);
  expect(text).not.toMatch(/\n\s+at .*:\d+:\d+|defect of this program/);
}

test('there are forty, each of its own, with a source', () => {
  const all = [...AT_ONCE, ...BY_JOBS];
  expect(all.length).toBeGreaterThanOrEqual(40);
  expect(new Set(all.map(({ what }) => what)).size).toBe(all.length);
  for (const { source } of all) expect(source).not.toBe('');
});

describe('found at once', () => {
  test.each(AT_ONCE.map((each) => [each.what, each] as const))('%s', (_, each) => told(each));

  const offline = AT_ONCE.filter(({ argv }) => !argv.includes('NODE'));
  test.each(offline.map((each) => [each.what, each] as const))('%s, in JSON', async (_, { argv, exit }) => {
    const { code, stdout } = await run([...argv, '--json']);
    expect(code).toBe(exit);
    expect(expectSchema(stdout).error.message).not.toBe('');
  });
});

describe('found by jobs', () => {
  test.each(BY_JOBS.map((each) => [each.what, each] as const))('%s', (_, each) => {
    const named = each.argv.some((word) => word.includes('cache'));
    return told(each, named ? [] : ['--cache-dir', 'shared-cache']);
  });
});
