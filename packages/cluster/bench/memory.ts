import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CODE } from '../check/support/jobs.ts';
import { startServers } from '../check/support/servers.ts';
import { Run } from '../dist/index.js';
import { LIMITS, waitingEntries } from './support/candidates.ts';
import { residentBytes } from './support/machine.ts';
import type { BenchOptions } from './support/options.ts';
import { Helper } from './support/processes.ts';

const CANDIDATES = 200_000;
const SAMPLES = 20;
const FULL = 10_000_000;
const MIB = 1024 ** 2;

interface Sample {
  readonly candidates: number;
  /** Of the process that gives candidates and takes answers, after a collection. MiB. */
  readonly heap: number;
  readonly outside: number;
  readonly resident: number;
  readonly agent: number;
  readonly server: number;
  /** What the server's disk holds of the cluster. */
  readonly stores: number;
}

/** Memory of the one who gives candidates and takes answers, while it gives more and more. */
export async function memory(options: BenchOptions, tell: (line: string) => void): Promise<object> {
  const { candidates = CANDIDATES } = options;
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const servers = await startServers(1);
  let agents: Helper | undefined;
  try {
    agents = await Helper.start('waiting-agents.ts', { servers: servers.url, first: 0, count: 2, slots: 8 });
    const run = await Run.open({ servers: servers.url, name: 'bench', fingerprint: 'f', limits: LIMITS });
    try {
      const code = await run.addCode(CODE);
      const samples: Sample[] = [];
      tell('  candidates  MiB: heap  outside  resident   agents  server  its streams');
      const every = Math.max(1, Math.floor(candidates / SAMPLES));
      const signal = new AbortController().signal;
      let done = 0;
      const start = performance.now();
      for await (const { results } of run.answers(
        waitingEntries(code, () => 0, 64, candidates),
        { signal, forget: true },
      )) {
        if (results[0]?.answer.task !== 'validate') throw new Error('a candidate has no answer');
        done += 1;
        if (done % every === 0) samples.push(await sample(done));
      }
      const seconds = (performance.now() - start) / 1000;
      await run.finish();
      // Pages of the heap and pools of the client settle in the first quarter.
      const settled = samples.filter(({ candidates: at }) => at >= candidates / 4);
      const growth = slope(settled.map(({ candidates: at, heap, outside }) => [at, heap + outside]));
      const atFull = (settled[0]?.resident ?? 0) + Math.max(0, growth * FULL);
      tell(
        `${(candidates / seconds).toFixed(0)} candidates/s; growth ${(growth * MIB).toFixed(1)} bytes a candidate: ${atFull.toFixed(0)} MiB at ${FULL} candidates`,
      );
      return { candidates, seconds, samples, growthBytes: growth * MIB, atTenMillionMiB: atFull };

      async function sample(at: number): Promise<Sample> {
        collect();
        const { heapUsed, external, rss } = process.memoryUsage();
        const { stores } = await status();
        const found = {
          candidates: at,
          heap: heapUsed / MIB,
          outside: external / MIB,
          resident: rss / MIB,
          agent: residentBytes(agents?.pid ?? 0) / MIB,
          server: residentBytes(servers.list[0]?.process.pid ?? 0) / MIB,
          stores: stores.reduce((sum, { bytes }) => sum + bytes, 0) / MIB,
        };
        const widths = [12, 11, 9, 10, 9, 8, 13];
        tell(
          Object.values(found)
            .map((value, index) => value.toFixed(index === 0 ? 0 : 1).padStart(widths[index] ?? 9))
            .join(''),
        );
        return found;
      }
    } finally {
      await run.close();
    }
  } finally {
    await agents?.close();
    await servers.close();
  }

  async function status() {
    const { clusterStatus } = await import('../dist/index.js');
    return await clusterStatus({ servers: servers.url });
  }
}

/** Least squares: how much the second grows with the first. */
function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const covariance = points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);
  const variance = points.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
  return variance === 0 ? 0 : covariance / variance;
}
