#!/usr/bin/env node
// What a candidate costs on the adder parachain by what its PVF is written in: the classic one, a flattened component in
// Rust, one in TypeScript. `node bench/execute.mjs --components DIR [--reference DIR] [--candidates N] [--json]`, with DIR
// from components.mjs. Prints ratios to the classic PVF of the same side.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { adderChain, readAdderPvf } from '@pvf/example-adder-pvf';
import { artifactChecksum, codeHash, durationFromMs } from '@pvf/protocol';
import { execution } from '../verify/differential/cases/types.ts';
import { ExecuteWorker, NO_SECURITY, PrepareWorker } from '../verify/differential/driver/index.ts';
import { parseOptions } from '../verify/differential/options.ts';

const { values } = parseArgs({
  options: {
    components: { type: 'string' },
    reference: { type: 'string' },
    candidates: { type: 'string', default: '100' },
    json: { type: 'boolean', default: false },
  },
});
const count = Number(values.candidates);
if (values.components === undefined || !(count >= 2)) {
  console.error('usage: node bench/execute.mjs --components DIR [--reference DIR] [--candidates N] [--json]');
  process.exit(2);
}
const pvfs = {
  classic: readAdderPvf(),
  Rust: readFileSync(join(values.components, 'adder-rust.pvf.wasm')),
  TypeScript: readFileSync(join(values.components, 'adder-typescript.pvf.wasm')),
};
const packages = new URL('../packages/', import.meta.url).pathname;
const ours = {
  prepare: join(packages, 'prepare-worker/bin/pvf-prepare-worker'),
  execute: join(packages, 'execute-worker/bin/pvf-execute-worker'),
};
const sides = { ours };
if (values.reference !== undefined)
  sides.reference = parseOptions(['--reference', values.reference]).reference;

const rows = [];
for (const [side, programs] of Object.entries(sides)) {
  for (const [pvf, code] of Object.entries(pvfs))
    rows.push({ side, pvf, ...(await measure(programs, code)) });
}
if (values.json) console.log(JSON.stringify(rows, null, 2));
else for (const row of rows) console.log(line(row));

async function measure(programs, code) {
  const directory = mkdtempSync(join(tmpdir(), 'pvf-bench-execute-'));
  const artifact = join(directory, 'artifact');
  try {
    const preparer = await PrepareWorker.spawn({ program: programs.prepare, security: NO_SECURITY });
    const answer = await preparer.prepare(
      {
        maybeCompressedCode: code,
        validationCodeBombLimit: 30 << 20,
        codeHash: codeHash(code),
        executorParams: [],
        prepTimeout: durationFromMs(1_200_000),
        prepKind: 'Compilation',
      },
      artifact,
    );
    await preparer.stop();
    if (!answer.ok) throw new Error(`not prepared: ${JSON.stringify(answer.error)}`);
    const times = await runAll(programs.execute, artifact);
    const later = times.slice(2).sort((a, b) => a - b);
    return {
      codeBytes: code.length,
      artifactBytes: statSync(artifact).size,
      firstMs: times[0],
      // Our worker loads the artifact ahead at the second candidate; from the third on it forks from there.
      secondMs: times[1],
      laterMs: later[later.length >> 1],
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Wall milliseconds of each candidate, in order. */
async function runAll(program, artifact) {
  const checksum = artifactChecksum(readFileSync(artifact));
  const worker = await ExecuteWorker.spawn({ program, security: NO_SECURITY, executorParams: [] });
  const times = [];
  try {
    for (const { parentHead, blockData } of adderChain(Array.from({ length: count }, () => 1n))) {
      const request = requestOf(execution('', { parentHead, blockData }), checksum);
      const began = performance.now();
      const { result } = await worker.execute(request, artifact);
      times.push(performance.now() - began);
      if (!result.ok || result.value.jobResponse.type !== 'Ok') throw new Error(JSON.stringify(result));
    }
  } finally {
    await worker.stop();
  }
  return times;
}

function requestOf(candidate, checksum) {
  const { parentHead, blockData, relayParentNumber, relayParentStorageRoot, timeoutMs, ...rest } = candidate;
  return {
    pvd: { parentHead, relayParentNumber, relayParentStorageRoot, maxPovSize: 0xffff_ffff },
    pov: { blockData },
    executionTimeout: durationFromMs(timeoutMs),
    artifactChecksum: checksum,
    relayParent: rest.relayParent,
    schedulingParent: rest.schedulingParent,
    descriptorVersion: rest.descriptorVersion,
  };
}

function line({ side, pvf, codeBytes, artifactBytes, firstMs, secondMs, laterMs }) {
  const classic = rows.find((row) => row.side === side && row.pvf === 'classic');
  const cell = (ms, of) => `${ms.toFixed(1)} ms (×${(ms / of).toFixed(2)})`.padEnd(20);
  return [
    side.padEnd(10),
    pvf.padEnd(11),
    `${codeBytes} B, artifact ${artifactBytes} B`.padEnd(36),
    `first ${cell(firstMs, classic.firstMs)}`,
    `second ${cell(secondMs, classic.secondMs)}`,
    `later ${cell(laterMs, classic.laterMs)}`,
  ].join(' ');
}
