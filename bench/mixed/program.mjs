// Small candidates of many PVFs in random order, as a validator gets them: rates, wall times, how many found their PVF
// loaded, and memory; side by side in one run. The sides take turns in pieces of the order, so that a busy machine
// disturbs all of them alike.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ratioTo, show } from '../support/comparison.mjs';
import { drive } from '../support/drive.mjs';
import { makeOrder, makePvfs, ORDERS, randomFrom } from '../support/load.mjs';
import { count, SHARED } from '../support/options.mjs';
import { descendants, pssOf } from '../support/processes.mjs';
import { sidesOf } from '../support/programs.mjs';
import { hostSide, referenceHostSide, workersSide } from '../support/sides.mjs';
import { summaryOf } from '../support/statistics.mjs';
import { stopAll } from '../support/turns.mjs';

const MIB = 1024 * 1024;
/** Candidates that a side runs before it is another one's turn. */
const PIECE = 100;
/** More PVFs than these are made of all runtimes, not only of those with blocks. */
const MOST_OF_THEIR_OWN = 20;

export const name = 'mixed';
export const about = 'Small candidates of many PVFs in random order.';
export const options = {
  pvfs: count(16, 'the runtimes that have blocks, then variants of them; above 20, of all runtimes'),
  order: {
    type: 'choice',
    word: 'ORDER',
    value: 'uniform',
    choices: ORDERS,
    about:
      "uniform, skewed (the n-th PVF has 1/n of the first one's share), or row (one PVF after the other)",
  },
  cold: { type: 'flag', about: 'no candidate of each PVF before those that count: no warm-up' },
  workers: count(2, 'execute workers'),
  outstanding: count(6, 'requests that a host has at once'),
  candidates: count(600, 'per side'),
  budget: {
    type: 'number',
    word: 'BYTES',
    about: "the host's memory for loaded PVFs; default the host's own",
  },
  drive: {
    type: 'choice',
    word: 'HOW',
    value: 'both',
    choices: ['host', 'workers', 'both'],
    about: 'host, workers (without a host, each takes the next candidate), or both',
  },
  reference: SHARED.reference,
  'reference-host': SHARED['reference-host'],
  against: SHARED.against,
  runtimes: SHARED.runtimes,
  cache: SHARED.cache,
  seed: count(1, 'of the order'),
};
export const notes = ['The candidates come from ../shared (or $PVF_SHARED).'];

export async function measure(given) {
  const directory = given.cache ?? mkdtempSync(join(tmpdir(), 'pvf-bench-mixed-'));
  const sides = [];
  try {
    const pvfs = makePvfs(given.pvfs, { runtimes: given.runtimes, own: given.pvfs <= MOST_OF_THEIR_OWN });
    for (const programs of sidesOf(given)) {
      if (given.drive !== 'workers') sides.push(await hostSide(programs, pvfs, { ...given, directory }));
      if (given.drive !== 'host') sides.push(await workersSide(programs, pvfs, { ...given, directory }));
    }
    if (given.referenceHost !== undefined && given.drive !== 'workers') {
      const reference = sidesOf(given).find((side) => side.name === 'reference');
      sides.push(await referenceHostSide(reference, pvfs, { ...given, host: given.referenceHost }));
    }
    return { rows: await runAll(sides, pvfs, given) };
  } finally {
    await stopAll(sides);
    if (given.cache === undefined) rmSync(directory, { recursive: true });
  }
}

async function runAll(sides, pvfs, { candidates, order, seed, cold }) {
  const sequence = makeOrder(pvfs, candidates, order, randomFrom(seed));
  const figures = sides.map((side) => ({ side, runs: [], elapsedMs: 0 }));
  if (!cold) {
    // Each PVF once on each slot, not counted.
    const once = pvfs.map((_, i) => [i, 0]);
    for (const { side } of figures) {
      if (side.name.startsWith('host')) await drive(side, once, pvfs);
      else for (const slot of side.slots) await drive({ ...side, slots: [slot] }, once, pvfs);
    }
  }
  for (let at = 0; at < sequence.length; at += PIECE) {
    for (const one of figures) {
      const start = performance.now();
      const runs = await drive(one.side, sequence.slice(at, at + PIECE), pvfs);
      one.elapsedMs += performance.now() - start;
      one.runs.push(...runs);
    }
  }
  return figures.map(({ side, runs, elapsedMs }) => {
    const below = side.pids().flatMap((pid) => [pid, ...descendants(pid)]);
    return {
      side: side.name,
      perSecond: (1000 * runs.length) / elapsedMs,
      wallMs: summaryOf(runs.map(({ wallMs }) => wallMs)),
      hitRate: hitRate(runs),
      processes: below.length,
      pssBytes: pssOf(below),
    };
  });
}

/**
 * Share of candidates that met their PVF loaded: whose job used little more CPU time than the least that the same
 * candidate needed on this side. A job that loads needs several times as much.
 */
function hitRate(runs) {
  if (runs.some(({ cpuMs }) => cpuMs === undefined)) return undefined; // the reference's host tells no CPU times
  const keyOf = ({ pvf, index }) => `${pvf} ${index}`;
  const least = new Map();
  for (const run of runs)
    least.set(keyOf(run), Math.min(least.get(keyOf(run)) ?? Number.POSITIVE_INFINITY, run.cpuMs));
  return runs.filter((run) => run.cpuMs < 2 * least.get(keyOf(run)) + 2).length / runs.length;
}

export function tables({ rows }) {
  return [
    {
      title: 'small candidates of many PVFs',
      rows: rows.map((row) => ({
        side: row.side,
        'per second': show(row.perSecond, 1),
        'this ÷ side': show(ratioTo(rows, row, ({ perSecond }) => perSecond)),
        'p50 ms': show(row.wallMs.median, 1),
        'p90 ms': show(row.wallMs.p90, 1),
        'p99 ms': show(row.wallMs.p99, 1),
        'hit rate': show(row.hitRate, 3),
        processes: row.processes,
        'PSS MiB': show(row.pssBytes / MIB, 0),
      })),
    },
  ];
}
