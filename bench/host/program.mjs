// What `PvfHost` costs above its worker per candidate, in wall time and in CPU time of the process that embeds it; and what
// an idle worker, a template and a job that waits for its request hold of the machine's memory.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { show } from '../support/comparison.mjs';
import { drive } from '../support/drive.mjs';
import { adderPvf, runtimesWithBlocks } from '../support/load.mjs';
import { count, SHARED } from '../support/options.mjs';
import { sidesOf } from '../support/programs.mjs';
import { hostSide, referenceHostSide, workersSide } from '../support/sides.mjs';
import { summaryOf } from '../support/statistics.mjs';
import { inTurn, stopAll } from '../support/turns.mjs';
import { measureMemory } from './memory.mjs';

const MIB = 1024 * 1024;
const MICROS_PER_MS = 1e3;
const CHAIN_LENGTH = 50;
const ONE = { workers: 1, outstanding: 1 };

export const name = 'host';
export const about =
  'What a host costs above its worker, and what workers, templates and waiting jobs hold of the memory.';
export const options = {
  candidates: count(200, 'per PVF and side'),
  'warm-up': count(20, 'candidates per PVF and side that are not counted', 0),
  only: { type: 'text', word: 'TEXT', about: 'PVFs whose name has this in it' },
  reference: SHARED.reference,
  'reference-host': SHARED['reference-host'],
  against: SHARED.against,
  runtimes: SHARED.runtimes,
  cache: SHARED.cache,
};
export const notes = ['The candidates come from ../shared (or $PVF_SHARED).'];

export async function measure(given) {
  const directory = given.cache ?? mkdtempSync(join(tmpdir(), 'pvf-bench-host-'));
  try {
    const pvfs = [adderPvf(CHAIN_LENGTH), ...runtimesWithBlocks(given.runtimes)].filter((pvf) =>
      pvf.name.includes(given.only ?? ''),
    );
    if (pvfs.length === 0) throw new Error(`no PVF has ${given.only} in its name`);
    const above = [];
    for (const pvf of pvfs) above.push(...(await measureAbove(pvf, given, directory)));
    const memory = [];
    for (const programs of sidesOf(given)) memory.push(...(await measureMemory(programs, pvfs, directory)));
    return { above, memory };
  } finally {
    if (given.cache === undefined) rmSync(directory, { recursive: true });
  }
}

/** Of each kind of programs with a host, one row: through the host, and by its worker alone. */
async function measureAbove(pvf, { candidates, warmUp, ...given }, directory) {
  const sides = [];
  try {
    for (const programs of sidesOf(given)) {
      if (programs.name !== 'reference') sides.push(await hostSide(programs, [pvf], { ...ONE, directory }));
      else if (given.referenceHost !== undefined)
        sides.push(await referenceHostSide(programs, [pvf], { ...ONE, host: given.referenceHost }));
      else continue;
      sides.push(await workersSide(programs, [pvf], { ...ONE, directory }));
    }
    const results = await inTurn(sides, { rounds: candidates, warmUp }, async (side, round) => {
      const before = process.cpuUsage();
      const [{ wallMs }] = await drive(side, [[0, round % pvf.candidates.length]], [pvf]);
      const { user, system } = process.cpuUsage(before);
      return { wallMs, processCpuMs: (user + system) / MICROS_PER_MS };
    });
    const rows = [...results].map(([side, all]) => ({
      side,
      wallMs: summaryOf(all.map((one) => one.wallMs)),
      processCpuMs: summaryOf(all.map((one) => one.processCpuMs)),
    }));
    // The sides were made in pairs.
    return rows
      .filter((_, i) => i % 2 === 0)
      .map((host, i) => {
        const worker = rows[2 * i + 1];
        return { pvf: pvf.name, host, worker, aboveMs: host.wallMs.median - worker.wallMs.median };
      });
  } finally {
    await stopAll(sides);
  }
}

export function tables({ above, memory }) {
  return [
    {
      title: 'wall time per candidate, one at a time, the sides in turn',
      rows: above.map(({ pvf, host, worker, aboveMs }) => ({
        PVF: pvf,
        side: host.side,
        'host ms': show(host.wallMs.median),
        'its worker alone ms': show(worker.wallMs.median),
        'above ms': show(aboveMs),
        'host p90 ms': show(host.wallMs.p90),
        // The reference's host is a process of its own.
        "embedder's CPU ms": host.side.includes('reference') ? '' : show(host.processCpuMs.median),
      })),
    },
    {
      title: 'memory at rest',
      rows: memory.map(({ side, pvf, process, pssBytes, privateBytes, artifactBytes }) => ({
        side,
        PVF: pvf ?? '',
        process,
        'PSS MiB': show(pssBytes / MIB, 1),
        'private MiB': show(privateBytes / MIB, 1),
        'artifact MiB': artifactBytes === undefined ? '' : show(artifactBytes / MIB, 1),
      })),
    },
  ];
}
