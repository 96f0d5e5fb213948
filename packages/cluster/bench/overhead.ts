import { readAdderPvf } from '@pvf/example-adder-pvf';
import { startServers } from '../check/support/servers.ts';
import { Run } from '../dist/index.js';
import type { Entry } from '../src/index.ts';
import { INLINE_POV_BYTES } from '../src/limits.ts';
import { adderInput, Digest, Intervals } from './support/adder.ts';
import { LIMITS } from './support/candidates.ts';
import type { LocalQuestion } from './support/host-agent.ts';
import { summary } from './support/machine.ts';
import type { BenchOptions } from './support/options.ts';
import { Helper } from './support/processes.ts';
import { Transfer } from './support/transfer.ts';

const CANDIDATES = 300;
const ROUNDS = 6;
/** Of each round, not counted. */
const WARM_UP = 10;
const SMALLEST = 64;

interface Times {
  readonly local: number[];
  readonly cluster: number[];
}

/** What a candidate takes through the cluster and what it takes the same host without: in turn, in one run of this program. */
export async function overhead(options: BenchOptions, tell: (line: string) => void): Promise<object> {
  const { candidates = CANDIDATES, atOnce: lanes, povBytes: sizes } = options;
  const servers = await startServers(1);
  let agent: Helper | undefined;
  let transfer: Transfer | undefined;
  try {
    agent = await Helper.start('host-agent.ts', { servers: servers.url, slots: Math.max(...lanes) });
    transfer = await Transfer.open(servers.url);
    tell('  PoV bytes  at once  ms a candidate: local  cluster  beyond local  transfer  overhead');
    const rows = [];
    for (const povBytes of sizes)
      for (const atOnce of lanes) {
        const perRound = Math.ceil(candidates / ROUNDS);
        const times: Times = { local: [], cluster: [] };
        const moved: { all: number[]; least: number[] } = { all: [], least: [] };
        for (let round = 0; round < ROUNDS; round += 1) {
          const part = { first: 0, count: perRound + WARM_UP, atOnce, povBytes };
          const name = `${povBytes}-${atOnce}-${round}`;
          const sides = [() => local(agent as Helper, part), () => cluster(servers.url, name, part)];
          const order = round % 2 === 0 ? [0, 1] : [1, 0];
          const found: { intervals: number[]; digest: string }[] = [];
          for (const side of order) found[side] = (await sides[side]?.()) as (typeof found)[number];
          if (found[0]?.digest !== found[1]?.digest) throw new Error('the cluster gives other results');
          times.local.push(...(found[0]?.intervals.slice(WARM_UP) ?? []));
          times.cluster.push(...(found[1]?.intervals.slice(WARM_UP) ?? []));
          const inline = povBytes <= INLINE_POV_BYTES;
          moved.all.push(...(await transfer.measure(povBytes, inline, perRound)));
          moved.least.push(...(await transfer.measure(SMALLEST, true, perRound)));
        }
        rows.push(row({ povBytes, atOnce }, times, moved, tell));
      }
    return { rows };
  } finally {
    await transfer?.close();
    await agent?.close();
    await servers.close();
  }
}

function row(
  about: { povBytes: number; atOnce: number },
  { local: own, cluster: far }: Times,
  moved: { all: number[]; least: number[] },
  tell: (line: string) => void,
) {
  const { povBytes, atOnce } = about;
  // Only what grows with the bytes is transfer: what the servers take for an empty message is overhead.
  // Several at once are answered in clusters, of which the median knows nothing.
  const of = (values: number[]) => (atOnce === 1 ? summary(values).median : summary(values).mean);
  const transferMs = Math.max(0, summary(moved.all).median - summary(moved.least).median);
  const [localMs, clusterMs] = [of(own), of(far)];
  const overheadMs = clusterMs - localMs - transferMs;
  const cells = [
    [povBytes, 11, 0],
    [atOnce, 9, 0],
    [localMs, 23, 2],
    [clusterMs, 9, 2],
    [clusterMs - localMs, 14, 2],
    [transferMs, 10, 2],
    [overheadMs, 10, 2],
  ] as const;
  tell(cells.map(([value, width, digits]) => value.toFixed(digits).padStart(width)).join(''));
  return { ...about, localMs, clusterMs, beyondLocalMs: clusterMs - localMs, transferMs, overheadMs };
}

function local(agent: Helper, question: LocalQuestion) {
  return agent.ask<{ intervals: number[]; digest: string }>({ local: question });
}

async function cluster(servers: string, name: string, { first, count, atOnce, povBytes }: LocalQuestion) {
  const run = await Run.open({ servers, name, fingerprint: 'f', window: atOnce, limits: LIMITS });
  try {
    const code = await run.addCode(readAdderPvf());
    async function* entries(): AsyncGenerator<Entry> {
      for (let index = first; index < first + count; index += 1)
        yield { index, job: { task: 'validate', code, input: adderInput(index, povBytes) } };
    }
    const [intervals, digest] = [new Intervals(), new Digest()];
    for await (const { index, results } of run.answers(entries(), { signal: new AbortController().signal })) {
      intervals.mark();
      const answer = results[0]?.answer;
      if (answer?.task !== 'validate' || answer.outcome.kind !== 'valid')
        throw new Error(
          `${answer?.task === 'validate' ? answer.outcome.kind : answer?.task} through the cluster`,
        );
      digest.add(index, answer.outcome.resultBytes);
    }
    await run.finish();
    return { intervals: intervals.values, digest: digest.text };
  } finally {
    await run.close();
  }
}
