#!/usr/bin/env node
// How much longer the preparation of each real runtime takes than that of the module by which `pvf doctor` judges a
// machine: CPU time, the two side by side, again and again. The largest ratio is LARGEST_RUNTIME_RATIO of
// packages/cli/src/doctor/speed.ts. Needs Node >= 22.18 (runs TypeScript as it is) and the runtimes (PVF_REAL_PVFS).
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PvfHost } from '@pvf/host';
import { LARGEST_RUNTIME_RATIO } from '../packages/cli/src/doctor/ratio.ts';
import { sampleModule } from '../packages/cli/src/doctor/sample.ts';

const ROUNDS = Number(process.argv[2] ?? 3);
const folder = process.env.PVF_REAL_PVFS ?? join(import.meta.dirname, '../.pvf-cache/real-pvfs');
const runtimes = readdirSync(folder).filter((name) => name.endsWith('.wasm'));
const code = new Map(runtimes.map((name) => [name, readFileSync(join(folder, name))]));

/** CPU milliseconds of one preparation by a host that has no artifacts. */
async function prepare(bytes) {
  const host = await PvfHost.start();
  try {
    const outcome = await host.precheck({
      code: bytes,
      executorParams: [],
      validationCodeBombLimit: 30 * 1024 * 1024,
    });
    if (outcome.kind !== 'ok') throw new Error(`${outcome.kind}: ${outcome.message}`);
    return Number(outcome.artifact.stats.cpuTimeNs) / 1e6;
  } finally {
    await host.close();
  }
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const ratios = new Map(runtimes.map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, bytes] of code) {
    const sample = await prepare(sampleModule(randomBytes(16)));
    ratios.get(name).push((await prepare(bytes)) / sample);
  }
}
const rows = [...ratios].map(([name, all]) => [name, median(all)]).sort(([, a], [, b]) => b - a);
for (const [name, ratio] of rows) console.log(`${ratio.toFixed(2).padStart(6)}  ${name}`);
console.log(`written down: ${LARGEST_RUNTIME_RATIO}`);
