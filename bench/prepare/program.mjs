// What preparing each real runtime costs: CPU and wall time and the artifact's size, side by side in one run. The sides
// take turns runtime by runtime, so that a busy machine disturbs all of them alike.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { durationToNs } from '@pvf/protocol';
import { FULL_SECURITY, PrepareWorker } from '../../verify/differential/driver/index.ts';
import { show } from '../support/comparison.mjs';
import { count, SHARED } from '../support/options.mjs';
import { sidesOf } from '../support/programs.mjs';
import { preparationOf } from '../support/requests.mjs';
import { readRuntimes, runtimesDir } from '../support/runtimes.mjs';
import { summaryOf } from '../support/statistics.mjs';
import { inTurn, stopAll, timed } from '../support/turns.mjs';

const NS_PER_MS = 1e6;
const MB = 1e6;

export const name = 'prepare';
export const about = 'What preparing each real runtime costs: CPU, wall, size of the artifact.';
export const options = {
  rounds: count(3, 'preparations per runtime and side'),
  'warm-up': count(0, 'preparations of the first runtime by each side that are not counted', 0),
  reference: SHARED.reference,
  against: SHARED.against,
  runtimes: SHARED.runtimes,
};

export async function measure({ rounds, warmUp, ...given }) {
  const directory = mkdtempSync(join(tmpdir(), 'pvf-bench-prepare-'));
  const sides = [];
  try {
    const runtimes = readRuntimes(runtimesDir(given.runtimes));
    for (const { name: side, prepare } of sidesOf(given)) {
      const worker = await PrepareWorker.spawn({ program: prepare, security: FULL_SECURITY });
      sides.push({ name: side, worker, stop: () => worker.stop() });
    }
    const rows = [];
    for (const [place, runtime] of runtimes.entries()) {
      const times = { rounds, warmUp: place === 0 ? warmUp : 0 };
      const seen = await inTurn(sides, times, (side) =>
        prepareOnce(side, runtime, join(directory, 'artifact')),
      );
      rows.push({
        runtime: runtime.name,
        codeBytes: runtime.code.length,
        sides: [...seen].map(([side, all]) => ({
          side,
          cpuMs: summaryOf(all.map(({ cpuMs }) => cpuMs)),
          wallMs: summaryOf(all.map(({ wallMs }) => wallMs)),
          artifactBytes: all.at(-1).bytes,
        })),
      });
    }
    return { rows, ratios: sides.slice(1).map((side) => ratiosOf(rows, side.name)) };
  } finally {
    await stopAll(sides);
    rmSync(directory, { recursive: true });
  }
}

async function prepareOnce(side, { name: runtime, code }, artifactPath) {
  const request = preparationOf(code);
  const { ms, result } = await timed(() => side.worker.prepare(request, artifactPath));
  if (!result.ok) throw new Error(`${side.name} does not prepare ${runtime}: ${result.error.type}`);
  const cpuMs = Number(durationToNs(result.value.stats.cpuTimeElapsed)) / NS_PER_MS;
  return { cpuMs, wallMs: ms, bytes: statSync(artifactPath).size };
}

/** This checkout's figures ÷ another side's, over all runtimes. */
function ratiosOf(rows, other) {
  const sum = (side, of) =>
    rows.reduce((total, row) => total + of(row.sides.find((one) => one.side === side)), 0);
  const ratio = (of) => sum('this checkout', of) / sum(other, of);
  return {
    side: other,
    cpu: ratio(({ cpuMs }) => cpuMs.median),
    wall: ratio(({ wallMs }) => wallMs.median),
    artifact: ratio(({ artifactBytes }) => artifactBytes),
  };
}

export function tables({ rows, ratios }) {
  return [
    {
      title: 'preparation',
      rows: rows.flatMap(({ runtime, sides: [ours, ...others] }) =>
        [ours, ...others].map((one) => ({
          runtime,
          side: one.side,
          'CPU ms': show(one.cpuMs.median, 0),
          'wall ms': show(one.wallMs.median, 0),
          'artifact MB': show(one.artifactBytes / MB, 1),
          'CPU ÷': show(ours.cpuMs.median / one.cpuMs.median),
          'wall ÷': show(ours.wallMs.median / one.wallMs.median),
          'size ÷': show(ours.artifactBytes / one.artifactBytes),
        })),
      ),
      notes: ratios.map(
        ({ side, cpu, wall, artifact }) =>
          `this checkout ÷ ${side}, all runtimes: CPU ${show(cpu)}, wall ${show(wall)}, artifacts ${show(artifact)}`,
      ),
    },
  ];
}
