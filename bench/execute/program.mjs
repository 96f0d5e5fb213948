// What valid blocks cost in an execute worker: CPU time as the worker tells it, and wall time, of each recorded block of
// each real runtime; or, with --components, of the adder by what its PVF is written in. The sides take turns block by block.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ratioTo, show } from '../support/comparison.mjs';
import { drive } from '../support/drive.mjs';
import { runtimesWithBlocks } from '../support/load.mjs';
import { count, SHARED } from '../support/options.mjs';
import { sidesOf } from '../support/programs.mjs';
import { workersSide } from '../support/sides.mjs';
import { geometricMeanOf, medianOf, summaryOf } from '../support/statistics.mjs';
import { inTurn, stopAll } from '../support/turns.mjs';
import { componentTables, measureComponents } from './components.mjs';

/** Kinds of blocks that are looked at by themselves: what a block's name begins with. */
const KINDS = { '400 transfers': /^ok-transfers-400$/, compute: /compute/ };
const ONE = { workers: 1 };

export const name = 'execute';
export const about =
  'What valid blocks of real runtimes cost in an execute worker; or the adder by what it is written in.';
export const options = {
  rounds: count(5, 'runs of each block by each side'),
  'warm-up': count(
    2,
    'runs of each block by each side that are not counted: the second one may load the PVF ahead',
    0,
  ),
  only: { type: 'text', word: 'TEXT', about: 'runtimes whose name has this in it' },
  components: {
    type: 'text',
    word: 'DIR',
    about: 'instead: the adder as a classic PVF and as components (bench/components.mjs makes DIR)',
  },
  candidates: count(100, 'with --components: per PVF and side', 3),
  reference: SHARED.reference,
  against: SHARED.against,
  runtimes: SHARED.runtimes,
  cache: SHARED.cache,
};
export const notes = ['The blocks come from ../shared (or $PVF_SHARED).'];

export async function measure(given) {
  const directory = given.cache ?? mkdtempSync(join(tmpdir(), 'pvf-bench-execute-'));
  try {
    if (given.components !== undefined) return await measureComponents({ ...given, directory });
    const pvfs = runtimesWithBlocks(given.runtimes, () => true).filter((pvf) =>
      pvf.name.includes(given.only ?? ''),
    );
    const blocks = [];
    for (const pvf of pvfs) blocks.push(...(await measureRuntime(pvf, given, directory)));
    return { blocks, summary: summaryOfBlocks(blocks) };
  } finally {
    if (given.cache === undefined) rmSync(directory, { recursive: true });
  }
}

async function measureRuntime(pvf, { rounds, warmUp, ...given }, directory) {
  const sides = [];
  try {
    for (const programs of sidesOf(given))
      sides.push(await workersSide(programs, [pvf], { ...ONE, directory }));
    const measured = [];
    // Of several blocks of one name the first: there are many empty ones.
    const names = pvf.candidates.map((candidate) => candidate.name);
    for (const [index, block] of names.entries()) {
      if (names.indexOf(block) < index) continue;
      const runs = await inTurn(
        sides,
        { rounds, warmUp },
        async (side) => (await drive(side, [[0, index]], [pvf]))[0],
      );
      const rows = [...runs].map(([side, all]) => ({
        side,
        cpuMs: summaryOf(all.map(({ cpuMs }) => cpuMs)),
        wallMs: summaryOf(all.map(({ wallMs }) => wallMs)),
      }));
      measured.push({
        runtime: pvf.name,
        block,
        povBytes: pvf.candidates[index].blockData.length,
        sides: rows,
      });
    }
    return measured;
  } finally {
    await stopAll(sides);
  }
}

/**
 * This checkout ÷ each other side: of each runtime the median over its blocks, over the runtimes the median of those; and of each
 * kind of block the geometric mean.
 */
function summaryOfBlocks(blocks) {
  const runtimes = [...new Set(blocks.map(({ runtime }) => runtime))];
  const others = blocks[0].sides.slice(1).map(({ side }) => side);
  return others.map((side) => {
    const ratio = ({ sides }, field) =>
      sides[0][field].median / sides.find((one) => one.side === side)[field].median;
    const byRuntime = runtimes.map((runtime) => {
      const its = blocks.filter((block) => block.runtime === runtime);
      return {
        runtime,
        blocks: its.length,
        cpu: medianOf(its.map((block) => ratio(block, 'cpuMs'))),
        wall: medianOf(its.map((block) => ratio(block, 'wallMs'))),
      };
    });
    const kinds = Object.entries(KINDS).flatMap(([kind, pattern]) => {
      const its = blocks.filter(({ block }) => pattern.test(block));
      if (its.length === 0) return [];
      return [{ kind, blocks: its.length, cpu: geometricMeanOf(its.map((block) => ratio(block, 'cpuMs'))) }];
    });
    return { side, byRuntime, cpu: medianOf(byRuntime.map(({ cpu }) => cpu)), kinds };
  });
}

export function tables(results) {
  if (results.components !== undefined) return componentTables(results);
  const { blocks, summary } = results;
  return [
    {
      title: 'valid blocks, execute worker alone',
      rows: blocks.flatMap(({ runtime, block, sides }) =>
        sides.map((row) => ({
          runtime,
          block,
          side: row.side,
          'CPU ms': show(row.cpuMs.median),
          'wall ms': show(row.wallMs.median),
          'CPU ÷': show(ratioTo(sides, row, ({ cpuMs }) => cpuMs.median)),
          'wall ÷': show(ratioTo(sides, row, ({ wallMs }) => wallMs.median)),
        })),
      ),
    },
    ...summary.map(({ side, byRuntime, cpu, kinds }) => ({
      title: `this checkout ÷ ${side}: medians over the blocks of a runtime`,
      rows: byRuntime.map(({ runtime, blocks: count, cpu: ofCpu, wall }) => ({
        runtime,
        blocks: count,
        CPU: show(ofCpu),
        wall: show(wall),
      })),
      notes: [
        `median of the runtimes: CPU ${show(cpu)}`,
        ...kinds.map((each) => `${each.kind} (${each.blocks} blocks): CPU ${show(each.cpu)}`),
      ],
    })),
  ];
}
