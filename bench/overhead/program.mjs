// Wall time per candidate of the example PVF, side by side in one run: through a host, through an execute worker alone,
// and the time that starting and ending a Node process takes, which is what a job process per candidate would cost without
// a fork server. The sides take turns candidate by candidate, so that a busy machine disturbs all of them alike.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { show } from '../support/comparison.mjs';
import { drive } from '../support/drive.mjs';
import { adderPvf } from '../support/load.mjs';
import { count, SHARED } from '../support/options.mjs';
import { sidesOf } from '../support/programs.mjs';
import { hostSide, referenceHostSide, workersSide } from '../support/sides.mjs';
import { summaryOf } from '../support/statistics.mjs';
import { inTurn, stopAll, timed } from '../support/turns.mjs';

const CHAIN_LENGTH = 50;
const ONE = { workers: 1, outstanding: 1 };
const FRESH_NODE = 'a fresh Node process';

export const name = 'overhead';
export const about =
  'Wall time per candidate of the example PVF, which takes the guest microseconds: what is left is the way there and back.';
export const options = {
  candidates: count(300, 'per side'),
  'warm-up': count(30, 'candidates per side that are not counted', 0),
  reference: SHARED.reference,
  'reference-host': SHARED['reference-host'],
  against: SHARED.against,
};

export async function measure({ candidates, warmUp, ...given }) {
  const directory = mkdtempSync(join(tmpdir(), 'pvf-bench-overhead-'));
  const pvfs = [adderPvf(CHAIN_LENGTH)];
  const sides = [];
  try {
    for (const programs of sidesOf(given)) {
      if (programs.name !== 'reference') sides.push(await hostSide(programs, pvfs, { ...ONE, directory }));
      sides.push(await workersSide(programs, pvfs, { ...ONE, directory }));
      if (programs.name === 'reference' && given.referenceHost !== undefined)
        sides.push(await referenceHostSide(programs, pvfs, { ...ONE, host: given.referenceHost }));
    }
    sides.push(freshNode());
    const times = await inTurn(sides, { rounds: candidates, warmUp }, async (side, round) => {
      if (side.once !== undefined) return (await timed(side.once)).ms;
      return (await drive(side, [[0, round % CHAIN_LENGTH]], pvfs))[0].wallMs;
    });
    return { rows: [...times].map(([side, all]) => ({ side, wallMs: summaryOf(all) })) };
  } finally {
    await stopAll(sides);
    rmSync(directory, { recursive: true });
  }
}

/** A Node process that does nothing, from its start to its end. */
function freshNode() {
  const run = async () => {
    const child = spawn(process.execPath, ['-e', '0'], { env: {}, stdio: 'ignore' });
    const [status] = await once(child, 'exit');
    if (status !== 0) throw new Error(`a fresh Node process ended with ${status}`);
  };
  return { name: FRESH_NODE, once: run, stop: async () => {} };
}

export function tables({ rows }) {
  const medianOf = (name) => rows.find(({ side }) => side === name).wallMs.median;
  const [worker, node] = [medianOf('workers, this checkout'), medianOf(FRESH_NODE)];
  return [
    {
      title: 'wall time per candidate of the example PVF, one at a time, the sides in turn',
      rows: rows.map(({ side, wallMs: { count: each, median, p10, p90 } }) => ({
        side,
        candidates: each,
        'median ms': show(median),
        'p10 ms': show(p10),
        'p90 ms': show(p90),
        '÷ our worker alone': show(median / worker),
        '÷ fresh Node': show(median / node),
      })),
    },
  ];
}
