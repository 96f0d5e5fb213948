// Small blocks of one real runtime in a row, then of the next one: candidates per second through hosts and by workers alone,
// with the wall and CPU time of each. The calm case; `mixed` is what a validator gets. The sides take turns in pieces.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ratioTo, show } from '../support/comparison.mjs';
import { drive } from '../support/drive.mjs';
import { adderPvf, runtimesWithBlocks } from '../support/load.mjs';
import { count, SHARED } from '../support/options.mjs';
import { sidesOf } from '../support/programs.mjs';
import { hostSide, referenceHostSide, workersSide } from '../support/sides.mjs';
import { geometricMeanOf, summaryOf } from '../support/statistics.mjs';
import { inTurn, stopAll } from '../support/turns.mjs';

/** Candidates that a side runs before it is another one's turn. */
const PIECE = 40;
const CHAIN_LENGTH = 50;

export const name = 'throughput';
export const about =
  'Small blocks of one PVF in a row: candidates per second, of the example PVF and of each real runtime.';
export const options = {
  candidates: count(200, `per runtime and side, in pieces of ${PIECE}`),
  'warm-up': count(2, 'pieces per runtime and side that are not counted', 0),
  workers: count(2, 'execute workers'),
  outstanding: count(6, 'requests that a host has at once'),
  only: { type: 'text', word: 'TEXT', about: 'PVFs whose name has this in it' },
  reference: SHARED.reference,
  'reference-host': SHARED['reference-host'],
  against: SHARED.against,
  runtimes: SHARED.runtimes,
  cache: SHARED.cache,
};
export const notes = ['The candidates come from ../shared (or $PVF_SHARED).'];

export async function measure(given) {
  const directory = given.cache ?? mkdtempSync(join(tmpdir(), 'pvf-bench-throughput-'));
  try {
    const pvfs = [adderPvf(CHAIN_LENGTH), ...runtimesWithBlocks(given.runtimes)].filter((pvf) =>
      pvf.name.includes(given.only ?? ''),
    );
    if (pvfs.length === 0) throw new Error(`no PVF has ${given.only} in its name`);
    const rows = [];
    for (const pvf of pvfs) rows.push({ pvf: pvf.name, sides: await measureOne(pvf, given, directory) });
    return { rows, ratios: ratiosOf(rows) };
  } finally {
    if (given.cache === undefined) rmSync(directory, { recursive: true });
  }
}

async function measureOne(pvf, { candidates, warmUp, ...given }, directory) {
  const sides = [];
  try {
    for (const programs of sidesOf(given)) {
      if (programs.name !== 'reference') sides.push(await hostSide(programs, [pvf], { ...given, directory }));
      else if (given.referenceHost !== undefined)
        sides.push(await referenceHostSide(programs, [pvf], { ...given, host: given.referenceHost }));
      sides.push(await workersSide(programs, [pvf], { ...given, directory }));
    }
    const rounds = Math.max(1, Math.round(candidates / PIECE));
    const piece = Array.from({ length: PIECE }, (_, i) => [0, i % pvf.candidates.length]);
    const pieces = await inTurn(sides, { rounds, warmUp }, async (side) => {
      const start = performance.now();
      const runs = await drive(side, piece, [pvf]);
      return { runs, perSecond: (1000 * runs.length) / (performance.now() - start) };
    });
    return [...pieces].map(([side, all]) => {
      const runs = all.flatMap((one) => one.runs);
      const cpu = runs.map(({ cpuMs }) => cpuMs);
      return {
        side,
        perSecond: summaryOf(all.map((one) => one.perSecond)),
        wallMs: summaryOf(runs.map(({ wallMs }) => wallMs)),
        ...(cpu.includes(undefined) ? {} : { cpuMs: summaryOf(cpu) }),
      };
    });
  } finally {
    await stopAll(sides);
  }
}

/** This checkout ÷ each other side, the geometric mean over the PVFs. */
function ratiosOf(rows) {
  const others = rows[0].sides.filter(({ side }) => !side.endsWith('this checkout'));
  return others.map(({ side }) => {
    const ratio = (of) =>
      geometricMeanOf(
        rows.map(({ sides }) =>
          ratioTo(
            sides,
            sides.find((one) => one.side === side),
            of,
          ),
        ),
      );
    return { side, perSecond: ratio((one) => one.perSecond.median), wall: ratio((one) => one.wallMs.median) };
  });
}

export function tables({ rows, ratios }) {
  return [
    {
      title: 'small blocks of one PVF in a row',
      rows: rows.flatMap(({ pvf, sides }) =>
        sides.map((row) => ({
          PVF: pvf,
          side: row.side,
          'per second': show(row.perSecond.median, 1),
          'p25 to p75': `${show(row.perSecond.p25, 1)} to ${show(row.perSecond.p75, 1)}`,
          'wall ms': show(row.wallMs.median),
          'p99 ms': show(row.wallMs.p99),
          'CPU ms': show(row.cpuMs?.median),
          'per second ÷': show(ratioTo(sides, row, ({ perSecond }) => perSecond.median)),
          'wall ÷': show(ratioTo(sides, row, ({ wallMs }) => wallMs.median)),
        })),
      ),
      notes: ratios.map(
        ({ side, perSecond, wall }) =>
          `this checkout ÷ ${side}, geometric mean: candidates per second ${show(perSecond)}, wall ${show(wall)}`,
      ),
    },
  ];
}
