// `npm start`: prepares the production runtime of Asset Hub (Rococo) and the example PVF, validates candidates of both
// and their receipts in isolated job processes, and compares every vote and result with what is known. Exit code 0 only
// if all agree.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostError, PvfHost } from '@pvf/host';
import { pino } from 'pino';
import { adderCandidates, readAdderPvf } from './lib/adder.mjs';
import { readAssetHubCandidates, readAssetHubPvf } from './lib/asset-hub.mjs';
import { differenceFrom, verdictOf } from './lib/compare.mjs';
import { receiptsFor, validationDataOf } from './lib/receipts.mjs';
import { jsonReport, tableReport } from './lib/report.mjs';

/** A node asks the relay chain for both; see "What to ask the relay chain" in the README of @pvf/host. */
const OF_SESSION = { executorParams: [], validationCodeBombLimit: 30 * 1024 * 1024 };

const json = process.argv.includes('--json');
const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interrupt.abort());

try {
  process.exitCode = await main();
} catch (error) {
  say(error instanceof HostError ? error.message : `unexpected: ${error.message}`);
  process.exitCode = 2;
}

async function main() {
  const started = performance.now();
  const pvfs = [
    { name: 'Asset Hub (Rococo) 900', code: readAssetHubPvf(), candidates: await readAssetHubCandidates() },
    { name: 'adder (example PVF)', code: readAdderPvf(), candidates: adderCandidates() },
  ];
  const cacheDir = await mkdtemp(join(tmpdir(), 'pvf-demo-'));
  let host;
  try {
    host = await startHost(cacheDir);
    const reports = [];
    for (const pvf of pvfs) reports.push(await run(host, pvf));
    if (interrupt.signal.aborted) return 130;
    const totalMs = performance.now() - started;
    const render = json ? jsonReport : tableReport;
    console.log(render(reports, host.security, totalMs));
    return reports.every(({ failed, rows }) => !failed && rows.every((row) => !row.difference)) ? 0 : 1;
  } finally {
    await host?.close();
    await rm(cacheDir, { recursive: true, force: true });
  }
}

/** Prepares a PVF and validates its candidates, one after the other. */
async function run(host, { name, code, candidates }) {
  const pvf = await host.importCode(code);
  const signal = interrupt.signal;
  const precheck = await host.precheck({
    code: pvf,
    ...OF_SESSION,
    signal,
    onProgress: ({ type }) => type === 'preparing' && say(`${name}: preparing (compiling ahead of time) …`),
  });
  if (precheck.kind !== 'ok') {
    return { name, codeBytes: code.length, failed: precheck.message ?? precheck.kind, rows: [] };
  }
  say(`${name}: prepared; validating ${candidates.length} candidates …`);
  const receiptOf = receiptsFor(code);
  const rows = [];
  for (const candidate of candidates) {
    const { blockData, expected } = candidate;
    const outcome = await host.validate({
      code: pvf,
      ...OF_SESSION,
      receipt: receiptOf(candidate),
      v3Seen: false,
      validationData: validationDataOf(candidate),
      pov: { blockData },
      kind: 'approval',
      signal,
    });
    rows.push({
      name: candidate.name,
      holds: candidate.holds,
      povBytes: blockData.length,
      expected: expected.verdict,
      verdict: verdictOf(outcome),
      vote: outcome.vote,
      cpuMs: outcome.cpuTimeNs === undefined ? undefined : Number(outcome.cpuTimeNs) / 1e6,
      wallMs: outcome.wallTimeMs,
      difference: differenceFrom(expected, outcome),
    });
  }
  return { name, codeBytes: code.length, artifact: precheck.artifact, rows };
}

/** In secure mode if this machine can; else with what it has, and the report says what is missing. */
async function startHost(cacheDir) {
  const stream = { write: (line) => say(JSON.parse(line).msg) };
  const options = { cacheDir, logger: pino({ level: 'error', base: null }, stream) };
  try {
    return await PvfHost.start(options);
  } catch (error) {
    if (!(error instanceof HostError) || error.code !== 'NOT_SECURE') throw error;
    return await PvfHost.start({ ...options, secureMode: false });
  }
}

function say(line) {
  process.stderr.write(`${line}\n`);
}
