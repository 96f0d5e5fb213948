// What a candidate costs on the adder parachain by what its PVF is written in: the classic one, a flattened component in
// Rust, one in TypeScript; the first candidate of each, the second, and the later ones.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { show } from '../support/comparison.mjs';
import { drive } from '../support/drive.mjs';
import { adderPvf } from '../support/load.mjs';
import { sidesOf } from '../support/programs.mjs';
import { prepareAll, workersSide } from '../support/sides.mjs';
import { summaryOf } from '../support/statistics.mjs';

const FILES = { Rust: 'adder-rust.pvf.wasm', TypeScript: 'adder-typescript.pvf.wasm' };

export async function measureComponents({ components, candidates, directory, ...given }) {
  const classic = { ...adderPvf(candidates), name: 'classic' };
  const others = Object.entries(FILES).map(([name, file]) => ({
    ...classic,
    name,
    code: readFileSync(join(components, file)),
  }));
  const rows = [];
  for (const programs of sidesOf(given))
    for (const pvf of [classic, ...others]) rows.push(await measureOne(programs, pvf, directory));
  return { components: rows };
}

async function measureOne(programs, pvf, directory) {
  const [artifact] = await prepareAll(programs.name, programs.prepare, [pvf], directory);
  const side = await workersSide(programs, [pvf], { workers: 1, directory });
  try {
    const runs = await drive(
      side,
      pvf.candidates.map((_, index) => [0, index]),
      [pvf],
    );
    const [first, second, ...later] = runs.map(({ wallMs }) => wallMs);
    return {
      side: programs.name,
      pvf: pvf.name,
      codeBytes: pvf.code.length,
      artifactBytes: statSync(artifact.path).size,
      firstMs: first,
      // Our worker loads the artifact ahead at the second candidate; from the third on it forks from there.
      secondMs: second,
      laterMs: summaryOf(later),
    };
  } finally {
    await side.stop();
  }
}

export function componentTables({ components }) {
  const classicOf = (row) => components.find(({ side, pvf }) => side === row.side && pvf === 'classic');
  return [
    {
      title: 'a candidate of the adder, wall time; ×: to the classic PVF of the same side',
      rows: components.map((row) => ({
        side: row.side,
        PVF: row.pvf,
        'code bytes': row.codeBytes,
        'artifact bytes': row.artifactBytes,
        'first ms': show(row.firstMs, 1),
        'second ms': show(row.secondMs, 1),
        'later ms': show(row.laterMs.median, 1),
        'first ×': show(row.firstMs / classicOf(row).firstMs),
        'second ×': show(row.secondMs / classicOf(row).secondMs),
        'later ×': show(row.laterMs.median / classicOf(row).laterMs.median),
      })),
    },
  ];
}
