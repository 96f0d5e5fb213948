import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NODE_FLAGS } from './take-over.ts';
import { USERS } from './users.ts';

const RUNNER = join(import.meta.dirname, 'memory.runner.ts');
const PAGE_BYTES = 4096;
const MIB = 1024 * 1024;
const LIMIT_MIB = 256;
const GREED_MIB = 1024;
/** How far beyond its limit a job may come before it is killed. */
const MARGIN_MIB = 256;
const SAMPLE_MS = 5;
const MUCH_MIB = 32;

interface Watched {
  readonly outcomes: unknown;
  /** The most that any process below the runner held, and all of them together, beyond the runner itself; MiB. */
  readonly most: number;
  /** `oom_score_adj` of those that took much. */
  readonly scores: readonly string[];
}

function allocated(pid: number): number {
  try {
    const [, resident = 0, shared = 0] = readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ').map(Number);
    return ((resident - shared) * PAGE_BYTES) / MIB;
  } catch {
    return 0;
  }
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ').map(Number);
}

async function run(order: Record<string, unknown>, uid: number | undefined): Promise<Watched> {
  const directory = mkdtempSync(join(tmpdir(), 'pvf-memory-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  chmodSync(directory, 0o755);
  if (uid !== undefined) chownSync(directory, uid, uid);
  const args = [...NODE_FLAGS, RUNNER, JSON.stringify({ directory, ...order })];
  const ids = uid === undefined ? {} : { uid, gid: uid };
  const child = spawn(process.execPath, args, { env: {}, stdio: ['ignore', 'pipe', 'pipe'], ...ids });
  let said = '';
  let complaint = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (complaint += text));
  let ended = false;
  const close = once(child, 'close').then(([status]) => {
    ended = true;
    return status;
  });
  let most = 0;
  const scores = new Set<string>();
  while (!ended) {
    try {
      const own = allocated(child.pid!);
      for (const pid of childrenOf(child.pid!)) {
        const taken = allocated(pid) - own;
        most = Math.max(most, taken);
        if (taken > MUCH_MIB) scores.add(readFileSync(`/proc/${pid}/oom_score_adj`, 'latin1').trim());
      }
    } catch {
      // The runner has just ended.
    }
    await pause(SAMPLE_MS);
  }
  expect([await close, complaint]).toEqual([0, '']);
  return { outcomes: JSON.parse(said), most, scores: [...scores] };
}

it('this machine lists children', () => {
  expect(readdirSync(`/proc/self/task/${process.pid}`)).toContain('children');
});

const order = { limitMib: LIMIT_MIB, greedMib: GREED_MIB };

describe.each(USERS)('memory that no resource limit counts, taken by jobs of $name', ({ uid }) => {
  it('is bounded all the same, and who takes it is the first to go', async () => {
    const { outcomes, most, scores } = await run({ ...order, watched: true }, uid);
    expect(outcomes).toEqual({
      modest: 'exited 0',
      alone: 'memory-limit',
      atOnce: 'signaled',
      atOnceBeforeLock: 'signaled',
      loading: 'not loaded',
      loadingInHugePages: 'not loaded',
      onOrder: 'it holds more memory than it may',
      together: 'memory-limit',
      ownScore: readFileSync('/proc/self/oom_score_adj', 'latin1').trim(),
    });
    expect(scores).toEqual(['1000']);
    expect(most).toBeLessThan(LIMIT_MIB + MARGIN_MIB);
  });
});

it('would not be if nobody watched', async () => {
  const { outcomes, most } = await run({ ...order, watched: false }, USERS[0]!.uid);
  expect(outcomes).toMatchObject({ alone: 'exited 0', together: 'exited 0' });
  expect(most).toBeGreaterThan(LIMIT_MIB + MARGIN_MIB);
});
