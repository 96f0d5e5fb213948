// An agent and a run of another version of this package, from the same source, in a process of their own:
// `node other-version.ts SERVERS VERSION`. Told a number, the run has so many candidates; it says who answered and how many the
// agent executed.
import type { Agent as Agents, Run as Runs } from '../../src/index.ts';
import { waitingExecutor } from './executors.ts';
import { CODE, entries } from './jobs.ts';

const [servers = '', version = ''] = process.argv.slice(2);
// What the build puts in.
Object.assign(globalThis, { PVF_CLUSTER_VERSION: version });
const { Agent, Run } = (await import('../../src/index.ts')) as { Agent: typeof Agents; Run: typeof Runs };
const limits = { storeBytes: 256 * 1024 ** 2 };
const executor = waitingExecutor();
const agent = await Agent.start({ servers, id: 'other', executor, engine: 'other', slots: 4, limits });

async function answerers(count: number): Promise<string[]> {
  const run = await Run.open({
    servers,
    name: `of-${version.replaceAll('.', '-')}`,
    fingerprint: 'f',
    limits,
  });
  const found = new Set<string>();
  const signal = new AbortController().signal;
  for await (const { results } of run.answers(entries(await run.addCode(CODE), count), { signal }))
    for (const result of results) found.add(result.agent);
  await run.finish();
  await run.close();
  return [...found];
}

process.on('message', async (count: number) => {
  process.send?.({ agents: await answerers(count), ran: executor.ran });
});
process.on('disconnect', async () => {
  await agent.close();
  process.exit();
});
process.send?.('ready');
