// Random requests to hosts whose workers, jobs and files are harmed at random. Afterwards every request must have an
// outcome that the rules allow, no sound candidate may have been called invalid, and nothing may be left.
//
//   npm run chaos -- [--seed S] [--minutes M]
//
// The seed determines what is tried and in which order; what the machine makes of it in time is its own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PvfHost } from '@pvf/host';
import { settle } from '@pvf/test-kit';
import { pino } from 'pino';
import { baseline, inspect } from './aftermath.ts';
import { Random } from './random.ts';
import { RefusingSurroundings } from './refused.ts';
import { Report } from './report.ts';
import { makeRequests } from './traffic.ts';
import { MAX_RETRY_PAUSE_MS, makeTrouble } from './trouble.ts';

const CLIENTS = 8;
const MIN_LIFE_MS = 5_000;
const MAX_LIFE_MS = 20_000;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1e9) },
    minutes: { type: 'string', default: '1' },
  },
  // `npm run chaos -- --seed 1` may hand on the dashes.
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
});
const random = new Random(Number(values.seed));
const endAt = performance.now() + Number(values.minutes) * 60_000;
const report = new Report();
const refused = new RefusingSurroundings();
let lives = 0;
const cacheDir = mkdtempSync(join(tmpdir(), 'pvf-chaos-'));
console.log(`seed ${values.seed}, ${values.minutes} min`);
try {
  // A first life without trouble: what a process opens once and keeps is not a leak.
  await live(1_000, false);
  const before = baseline();
  while (performance.now() < endAt) {
    const lifeMs = Math.min(random.int(MIN_LIFE_MS, MAX_LIFE_MS), endAt - performance.now());
    const host = await live(lifeMs, true);
    await inspect(host, cacheDir, before, report);
  }
} finally {
  rmSync(cacheDir, { recursive: true, force: true });
  rmSync(refused.directory, { recursive: true, force: true });
}
report.print();
console.log(report.violations.length === 0 ? 'all rules held' : `rules were violated; seed ${values.seed}`);
process.exitCode = report.violations.length === 0 ? 0 : 1;

/** One host from its start to its end, in the middle of everything. */
async function live(ms: number, withTrouble: boolean): Promise<PvfHost> {
  // Every other life, as by a service's policy.
  const refusing = withTrouble && lives++ % 2 === 0;
  if (refusing) report.trouble('workers that are refused system calls');
  const host = await PvfHost.start({
    cacheDir,
    ...(refusing && { workers: refused.workers(random) }),
    executeWorkers: random.int(1, 3),
    // What is loaded needs no file, and what is given once is not looked at each time: damage shows where neither is so.
    ...(random.int(0, 2) === 0 && { templateMemory: 0 }),
    ...(random.int(0, 2) === 0 && { without: ['artifacts-once'] }),
    prepareWorkersHard: 2,
    maxPendingPerKind: random.int(1, 4),
    maxJobsPerWorker: random.int(1, 50),
    retryPauseMs: random.int(0, MAX_RETRY_PAUSE_MS),
    spawnTimeoutMs: 20_000,
    logger: pino({ level: 'silent' }),
  });
  const stop = new AbortController();
  const clients = Array.from({ length: CLIENTS }, () =>
    makeRequests(host, random.fork(), stop.signal, report),
  );
  if (withTrouble)
    clients.push(makeTrouble(cacheDir, random.fork(), stop.signal, (name) => report.trouble(name)));
  await Promise.race([new Promise((resolve) => setTimeout(resolve, ms)), Promise.all(clients)]);
  stop.abort();
  await host.close();
  await Promise.all(clients);
  await settle();
  return host;
}
