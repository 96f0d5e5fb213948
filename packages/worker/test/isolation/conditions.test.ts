// Every condition of every filter, violated by itself in a process behind it: what the simulator says of the lists
// (filters.test.ts), the kernel says of the processes. Beside each, a call that differs in nothing else and passes.
import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONDITIONS, GONE, type Stage } from './conditions.ts';
import { NODE_FLAGS } from './take-over.ts';
import { USERS } from './users.ts';

const RUNNER = join(import.meta.dirname, 'conditions.runner.ts');
const WALL_LIMIT_MS = 120_000;

/** `passes`, or what stops it: SIGSYS in jobs and templates, EPERM in workers. */
type Fate = string;

/** What became of each attempt of a stage. */
function tried(stage: Stage, uid: number | undefined): Record<string, Fate> {
  const base = mkdtempSync(join(tmpdir(), 'pvf-conditions-'));
  try {
    const directory = join(base, 'worker');
    mkdirSync(directory);
    const ids = uid === undefined ? {} : { uid, gid: uid };
    if (uid !== undefined) for (const path of [base, directory]) chownSync(path, uid, uid);
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [...NODE_FLAGS, RUNNER, JSON.stringify({ directory, stage })],
      { encoding: 'utf8', env: {}, timeout: WALL_LIMIT_MS, killSignal: 'SIGKILL', ...ids },
    );
    expect([status, stderr]).toEqual([0, '']);
    return JSON.parse(stdout);
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

function expected(stage: Stage): Record<string, Fate> {
  const stopped = stage === 'worker' ? 'EPERM' : 'SIGSYS';
  const fates: Record<string, Fate> = {};
  CONDITIONS.forEach(({ name, stages, wrong }, index) => {
    if (!stages.includes(stage)) return;
    fates[`${index} ${name}`] = 'passes';
    for (const what of Object.keys(wrong)) fates[`${index} ${name}: ${what}`] = stopped;
  });
  for (const name of GONE.find(([of]) => of === stage)?.[1] ?? []) fates[`${name} is gone`] = stopped;
  return fates;
}

const STAGES: readonly Stage[] = [
  'worker',
  'job',
  'locked job',
  'template',
  'locked template',
  'job of a template',
];

describe.each(USERS)('of $name', ({ uid }) => {
  it.each(STAGES)('each condition stops by itself: %s', (stage) => {
    expect(tried(stage, uid)).toEqual(expected(stage));
  });
});
