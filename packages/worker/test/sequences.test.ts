import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { NODE_FLAGS } from './isolation/take-over.ts';

const RUNNER = join(import.meta.dirname, 'sequences.runner.ts');
const WALL_LIMIT_MS = 120_000;

it.each([1, 2, 3])('whatever jobs came before, each is told by its own bytes and end (seed %i)', (seed) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...NODE_FLAGS, RUNNER, JSON.stringify({ seed })],
    { encoding: 'utf8', env: {}, timeout: WALL_LIMIT_MS, killSignal: 'SIGKILL' },
  );
  expect([status, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toEqual({
    wrong: [],
    givenUp: expect.any(Boolean),
    // The kernel's account of the peak has the last word, and its account of CPU time.
    peakUnseen: { type: 'memory-limit' },
    smallPeakUnseen: { type: 'exited', status: 0 },
    atLimitOfTime: { type: 'cpu-limit' },
  });
});
