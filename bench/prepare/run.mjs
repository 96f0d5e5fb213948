// What preparing each real runtime costs: CPU and wall time and the artifact's size, side by side in one run. The sides
// take turns runtime by runtime, so that a busy machine disturbs all of them alike.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { codeHash, durationFromMs, durationToNs } from '@pvf/protocol';
import { FULL_SECURITY, PrepareWorker } from '../../verify/differential/driver/index.ts';
import { quantiles, sidesOf } from '../support/programs.mjs';
import { readRuntimes, runtimesDir } from '../support/runtimes.mjs';

const USAGE = `usage: node bench/prepare.mjs [options]

  --runtimes DIR     folder of *.compact.compressed.wasm; default $PVF_REAL_PVFS, else .pvf-cache/real-pvfs
  --reference DIR    folder with pvf-reference-prepare-worker and pvf-reference-execute-worker: one side more
  --against DIR      another built checkout of this repository: one side more
  --rounds N         preparations per runtime and side, default 3; the medians count
  --json             one JSON object instead of a table

Build first (npm run build). Exit status: 0, or 1 if a preparation fails, or 2 for wrong use.`;

const LIMIT_MS = 360_000;
const BOMB_LIMIT_BYTES = 30 * 1024 * 1024;
const NS_PER_MS = 1e6;
const MB = 1e6;

export async function run(argv) {
  const options = parse(argv);
  if (options === undefined) return 2;
  const directory = mkdtempSync(join(tmpdir(), 'pvf-bench-prepare-'));
  const workers = [];
  try {
    const sides = sidesOf(options);
    const runtimes = readRuntimes(runtimesDir(options.runtimes));
    for (const { name, prepare } of sides) {
      workers.push({
        name,
        worker: await PrepareWorker.spawn({ program: prepare, security: FULL_SECURITY }),
      });
    }
    const rows = [];
    for (const runtime of runtimes) rows.push(await measure(runtime, workers, directory, options.rounds));
    report(rows, sides, options);
    return 0;
  } catch (error) {
    console.error(`prepare: ${error.message}`);
    return 1;
  } finally {
    for (const { worker } of workers) await worker.stop();
    rmSync(directory, { recursive: true });
  }
}

function parse(argv) {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        runtimes: { type: 'string' },
        reference: { type: 'string' },
        against: { type: 'string' },
        rounds: { type: 'string', default: '3' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const rounds = Number(values.rounds);
    if (!(Number.isInteger(rounds) && rounds >= 1)) throw new Error('--rounds is a whole number from 1');
    if (!values.help) return { ...values, rounds };
  } catch (error) {
    console.error(error.message);
  }
  console.error(USAGE);
  return undefined;
}

async function measure({ name, code }, workers, directory, rounds) {
  const artifactPath = join(directory, 'artifact');
  const seen = new Map(workers.map((side) => [side.name, { cpu: [], wall: [], bytes: 0 }]));
  const request = {
    maybeCompressedCode: code,
    validationCodeBombLimit: BOMB_LIMIT_BYTES,
    codeHash: codeHash(code),
    executorParams: [],
    prepTimeout: durationFromMs(LIMIT_MS),
    prepKind: 'Compilation',
  };
  for (let round = 0; round < rounds; round++) {
    for (const side of workers) {
      const start = performance.now();
      const result = await side.worker.prepare(request, artifactPath);
      const wall = performance.now() - start;
      if (!result.ok) throw new Error(`${side.name} does not prepare ${name}: ${result.error.type}`);
      const figures = seen.get(side.name);
      figures.cpu.push(Number(durationToNs(result.value.stats.cpuTimeElapsed)) / NS_PER_MS);
      figures.wall.push(wall);
      figures.bytes = statSync(artifactPath).size;
    }
  }
  const sides = [...seen].map(([side, { cpu, wall, bytes }]) => {
    const [[cpuMs], [wallMs]] = [quantiles(cpu, 0.5), quantiles(wall, 0.5)];
    return { side, cpuMs, wallMs, artifactBytes: bytes };
  });
  return { runtime: name, sides };
}

/** This checkout's figures ÷ another side's, over all runtimes. */
function ratiosOf(rows, side) {
  const sum = (name, field) =>
    rows.reduce((total, row) => total + row.sides.find((one) => one.side === name)[field], 0);
  const ratio = (field) => sum('this checkout', field) / sum(side, field);
  return { side, cpu: ratio('cpuMs'), wall: ratio('wallMs'), artifact: ratio('artifactBytes') };
}

function report(rows, sides, { json, rounds }) {
  const ratios = sides.slice(1).map(({ name }) => ratiosOf(rows, name));
  if (json) {
    console.log(JSON.stringify({ bench: 'prepare', node: process.version, rounds, rows, ratios }));
    return;
  }
  console.table(
    rows.flatMap(({ runtime, sides: all }) =>
      all.map((one) => ({
        runtime,
        side: one.side,
        'CPU ms': Math.round(one.cpuMs),
        'wall ms': Math.round(one.wallMs),
        'artifact MB': (one.artifactBytes / MB).toFixed(1),
        'CPU ÷': (all[0].cpuMs / one.cpuMs).toFixed(2),
        'wall ÷': (all[0].wallMs / one.wallMs).toFixed(2),
        'size ÷': (all[0].artifactBytes / one.artifactBytes).toFixed(2),
      })),
    ),
  );
  for (const { side, cpu, wall, artifact } of ratios) {
    console.log(
      `this checkout ÷ ${side}, all runtimes: CPU ${cpu.toFixed(2)}, wall ${wall.toFixed(2)}, artifacts ${artifact.toFixed(2)}`,
    );
  }
}
