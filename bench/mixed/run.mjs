// Small candidates of many PVFs in random order, as a validator gets them: rates, wall times, how many found their PVF
// loaded, and memory; side by side in one run. The sides take turns in pieces of the order, so that a busy machine
// disturbs all of them alike.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quantiles, sidesOf } from '../support/programs.mjs';
import { expectedOf, makeOrder, makePvfs, randomFrom } from './load.mjs';
import { parse } from './options.mjs';
import { descendants, pssOf } from './processes.mjs';
import { hostSide, referenceHostSide, workersSide } from './sides.mjs';

const MIB = 1024 * 1024;
/** A candidate is taken to have met its PVF loaded if it took less than its best time and this share of a load. */
const PIECE = 100;

export async function run(argv) {
  const options = parse(argv);
  if (options === undefined) return 2;
  const directory = options.cache ?? mkdtempSync(join(tmpdir(), 'pvf-bench-mixed-'));
  const sides = [];
  try {
    const pvfs = makePvfs(options.pvfs, { runtimes: options.runtimes, own: options.pvfs <= 20 });
    const given = { ...options, directory };
    for (const programs of sidesOf(options)) {
      if (options.drive !== 'workers') sides.push(await hostSide(programs, pvfs, given));
      if (options.drive !== 'host') sides.push(await workersSide(programs, pvfs, given));
    }
    const host = options['reference-host'];
    if (host !== undefined && options.drive !== 'workers') {
      const reference = sidesOf(options).find(({ name }) => name === 'reference');
      sides.push(await referenceHostSide(reference, pvfs, { ...given, host }));
    }
    const figures = await measure(sides, pvfs, options);
    report(figures, options);
    return 0;
  } catch (error) {
    console.error(`mixed: ${error.stack}`);
    return 1;
  } finally {
    for (const side of sides) await side.stop();
    if (options.cache === undefined) rmSync(directory, { recursive: true });
  }
}

async function measure(sides, pvfs, { candidates, order, seed, cold }) {
  const random = randomFrom(seed);
  const sequence = makeOrder(pvfs, candidates, order, random);
  const figures = sides.map((side) => ({ side, wall: [], runs: [], elapsedMs: 0 }));
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
  for (const one of figures) {
    const below = one.side.pids().flatMap((pid) => [pid, ...descendants(pid)]);
    one.processes = below.length;
    one.pssBytes = pssOf(below);
  }
  return figures;
}

/** Each slot takes the next candidate when it is done with one. */
async function drive(side, sequence, pvfs) {
  let next = 0;
  const runs = [];
  await Promise.all(
    side.slots.map(async (slot) => {
      while (next < sequence.length) {
        const [pvf, index] = sequence[next++];
        const candidate = pvfs[pvf].candidates[index];
        const start = performance.now();
        const { answer, cpuMs } = await slot(pvf, candidate);
        const wallMs = performance.now() - start;
        const expected = expectedOf(candidate);
        if (expected !== undefined && expected !== answer) {
          throw new Error(`${side.name}: ${candidate.name} of ${pvfs[pvf].name} ended with ${answer}`);
        }
        runs.push({ key: `${pvf} ${index}`, wallMs, cpuMs });
      }
    }),
  );
  return runs;
}

/**
 * Share of candidates that met their PVF loaded: whose job used little more CPU time than the least that the same
 * candidate needed on this side. A job that loads needs several times as much.
 */
function hitRate(runs) {
  if (runs.some(({ cpuMs }) => cpuMs === undefined)) return undefined; // the reference's host tells no CPU times
  const least = new Map();
  for (const { key, cpuMs } of runs)
    least.set(key, Math.min(least.get(key) ?? Number.POSITIVE_INFINITY, cpuMs));
  return runs.filter(({ key, cpuMs }) => cpuMs < 2 * least.get(key) + 2).length / runs.length;
}

function report(figures, options) {
  const rows = figures.map(({ side, runs, elapsedMs, processes, pssBytes }) => {
    const [p50, p90, p99] = quantiles(
      runs.map(({ wallMs }) => wallMs),
      0.5,
      0.9,
      0.99,
    );
    return {
      side: side.name,
      perSecond: (1000 * runs.length) / elapsedMs,
      p50Ms: p50,
      p90Ms: p90,
      p99Ms: p99,
      hitRate: hitRate(runs),
      processes,
      pssBytes,
    };
  });
  if (options.json) {
    const { pvfs, workers, candidates, order, seed, cold, budget } = options;
    console.log(
      JSON.stringify({
        bench: 'mixed',
        node: process.version,
        pvfs,
        workers,
        candidates,
        order,
        seed,
        cold,
        budget,
        rows,
      }),
    );
    return;
  }
  const first = (kind) => rows.find(({ side }) => side.startsWith(kind)).perSecond;
  console.table(
    rows.map((row) => ({
      side: row.side,
      'per second': row.perSecond.toFixed(1),
      'this ÷ side': (first(row.side.split(',')[0]) / row.perSecond).toFixed(2),
      'p50 ms': row.p50Ms.toFixed(1),
      'p90 ms': row.p90Ms.toFixed(1),
      'p99 ms': row.p99Ms.toFixed(1),
      'hit rate': row.hitRate?.toFixed(3) ?? '',
      processes: row.processes,
      'PSS MiB': Math.round(row.pssBytes / MIB),
    })),
  );
}
