// From `PvfHost.start` to the answer about the first candidate, whose artifact is in the cache: what a restart of a
// validator costs. Each start is a process of its own; with --against the two checkouts take turns, so that a busy machine
// disturbs both alike. The reference has no such side: its host keeps no artifacts from one start to the next.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { show } from '../support/comparison.mjs';
import { count, SHARED } from '../support/options.mjs';
import { summaryOf } from '../support/statistics.mjs';
import { inTurn } from '../support/turns.mjs';

const ONCE = fileURLToPath(new URL('once.mjs', import.meta.url));
const HERE = fileURLToPath(new URL('../..', import.meta.url));

export const name = 'start';
export const about = 'From `PvfHost.start` to the first answer, whose artifact is in the cache.';
export const options = {
  starts: count(20, 'per side'),
  'warm-up': count(2, 'starts per side that are not counted; the first one fills the cache'),
  against: SHARED.against,
};

export async function measure({ starts, warmUp, against }) {
  const caches = mkdtempSync(join(tmpdir(), 'pvf-start-'));
  try {
    const sides = [{ name: 'this checkout', root: HERE }];
    if (against !== undefined) sides.push({ name: 'other checkout', root: resolve(against) });
    for (const [index, side] of sides.entries()) side.args = [entryOf(side.root), join(caches, `${index}`)];
    const taken = await inTurn(sides, { rounds: starts, warmUp }, async ({ args }) => {
      const { stdout } = await promisify(execFile)(process.execPath, [ONCE, ...args]);
      return JSON.parse(stdout);
    });
    const rows = [...taken].map(([side, all]) => ({
      side,
      startMs: summaryOf(all.map(({ startMs }) => startMs)),
      answerMs: summaryOf(all.map(({ answerMs }) => answerMs)),
    }));
    return { rows };
  } finally {
    rmSync(caches, { recursive: true, force: true });
  }
}

function entryOf(root) {
  const entry = join(root, 'packages/host/dist/index.js');
  if (!existsSync(entry)) throw new Error(`${entry} is missing: build it, or give another folder`);
  return pathToFileURL(entry).href;
}

export function tables({ rows }) {
  const [ours] = rows;
  return [
    {
      title:
        'from the start of a host to its first answer, each start in a process of its own, the sides in turn',
      rows: rows.map(({ side, startMs, answerMs }) => ({
        side,
        starts: startMs.count,
        'started ms': show(startMs.median, 0),
        'answered ms': show(answerMs.median, 0),
        'p10 ms': show(answerMs.p10, 0),
        'p90 ms': show(answerMs.p90, 0),
        'started ÷': show(ours.startMs.median / startMs.median),
        'answered ÷': show(ours.answerMs.median / answerMs.median),
      })),
    },
  ];
}
