import { availableParallelism } from 'node:os';
import { CODE } from '../check/support/jobs.ts';
import { startServers } from '../check/support/servers.ts';
import { Run } from '../dist/index.js';
import { drawnWait, LIMITS, waitingEntries } from './support/candidates.ts';
import { cpuMs } from './support/machine.ts';
import type { BenchOptions } from './support/options.ts';
import { Helper } from './support/processes.ts';

interface Point {
  readonly agents: number;
  readonly slots: number;
  readonly meanWaitMs: number;
  /** Candidates a second. */
  readonly rate: number;
  /** Time of jobs in all slots together over the time that went by in them. */
  readonly busy: number;
  /** CPU time of each side for one candidate, milliseconds. */
  readonly cpuMs: { readonly servers: number; readonly agents: number; readonly run: number };
  /** CPU time of all sides over what the machine has: near 1, the machine is the limit. */
  readonly machine: number;
}

const WARM_UP_MS = 2_000;
/** What linear is: within a tenth. */
const LINEAR = 0.9;

/** Throughput by number of agents; then, with the largest, by shorter jobs until it is no more linear. */
export async function scaling(options: BenchOptions, tell: (line: string) => void): Promise<object> {
  const { agents: counts, wait, findLimit } = options;
  tell(
    '  agents  slots  job ms  candidates/s  of linear  CPU ms a candidate: servers  agents  run   machine busy',
  );
  const one = await measure(options, 1, wait);
  const points = [];
  for (const count of counts) {
    const point = count === 1 ? one : await measure(options, count, wait);
    points.push(show(point, one, tell));
  }
  const limit = findLimit ? await limitOf(options, Math.max(...counts), tell) : [];
  const best = Math.max(...[...points, ...limit].map(({ rate }) => rate));
  tell(`most that was reached: ${best.toFixed(0)} candidates/s`);
  return { servers: options.servers, wait, points, limit, best };
}

async function limitOf(options: BenchOptions, agents: number, tell: (line: string) => void) {
  const found = [];
  for (let share = 1 / 2; share >= 1 / 256; share /= 2) {
    const wait = { least: options.wait.least * share, most: options.wait.most * share };
    const one = await measure(options, 1, wait);
    const point = show(await measure(options, agents, wait), one, tell);
    found.push(point);
    // One step beyond: is more reached there?
    if (found.filter(({ ofLinear }) => ofLinear < LINEAR).length > 1) break;
  }
  return found;
}

function show(point: Point, one: Point, tell: (line: string) => void): Point & { ofLinear: number } {
  const ofLinear = point.busy / one.busy;
  const cell = (value: number, width: number, digits: number) => value.toFixed(digits).padStart(width);
  tell(
    [
      cell(point.agents, 8, 0),
      cell(point.slots, 7, 0),
      cell(point.meanWaitMs, 8, 1),
      cell(point.rate, 14, 1),
      cell(ofLinear * 100, 9, 1),
      '%',
      cell(point.cpuMs.servers, 29, 2),
      cell(point.cpuMs.agents, 8, 2),
      cell(point.cpuMs.run, 5, 2),
      cell(point.machine * 100, 13, 0),
      '%',
    ].join(''),
  );
  return { ...point, ofLinear };
}

async function measure(
  { slots, seconds, servers: serverCount, processes }: BenchOptions,
  agents: number,
  wait: BenchOptions['wait'],
): Promise<Point> {
  const servers = await startServers(serverCount);
  const helpers: Helper[] = [];
  try {
    const parts = Math.min(processes, agents);
    for (let part = 0; part < parts; part += 1) {
      const [first, end] = [part, part + 1].map((each) => Math.floor((each * agents) / parts));
      helpers.push(
        await Helper.start('waiting-agents.ts', {
          servers: servers.url,
          first,
          count: (end ?? 0) - (first ?? 0),
          slots,
        }),
      );
    }
    const run = await Run.open({ servers: servers.url, name: 'bench', fingerprint: 'f', limits: LIMITS });
    try {
      const waits = drawnWait(wait);
      const code = await run.addCode(CODE);
      const pids = {
        servers: servers.list.map(({ process: { pid = 0 } }) => pid),
        agents: helpers.map(({ pid }) => pid),
        run: [process.pid],
      };
      const used = () =>
        Object.fromEntries(
          Object.entries(pids).map(([side, list]) => [side, list.reduce((sum, pid) => sum + cpuMs(pid), 0)]),
        ) as Point['cpuMs'];
      const end = new AbortController();
      const start = performance.now();
      let [began, before, done, waited] = [Number.NaN, used(), 0, 0];
      let spent = 0;
      for await (const { index } of run.answers(waitingEntries(code, waits), {
        signal: end.signal,
        forget: true,
      })) {
        const now = performance.now();
        if (Number.isNaN(began)) {
          if (now - start < WARM_UP_MS + wait.most) continue;
          [began, before] = [now, used()];
          continue;
        }
        done += 1;
        waited += waits(index);
        spent = now - began;
        if (spent >= seconds * 1000) break;
      }
      const after = used();
      end.abort();
      const each = (side: keyof Point['cpuMs']) => (after[side] - before[side]) / done;
      const cpu = { servers: each('servers'), agents: each('agents'), run: each('run') };
      return {
        agents,
        slots,
        meanWaitMs: waited / done,
        rate: (done * 1000) / spent,
        busy: waited / (agents * slots * spent),
        cpuMs: cpu,
        machine: ((cpu.servers + cpu.agents + cpu.run) * done) / spent / availableParallelism(),
      };
    } finally {
      await run.close();
    }
  } finally {
    await Promise.all(helpers.map((helper) => helper.close()));
    await servers.close();
  }
}
