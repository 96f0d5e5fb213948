import type { Connection } from '../connection/index.ts';
import { BUCKETS, keysStream, objectsStream, STREAMS } from '../names.ts';
import { type AgentRecord, parseAgent, type RunRecord } from '../records/index.ts';
import { isRemoved, keyIn, keysOf } from './bucket.ts';
import type { DeadLetters } from './dead-letters.ts';
import { type Info, infoOf } from './info.ts';
import type { RunList } from './runs.ts';

const STORES = [
  ...Object.values(STREAMS),
  ...[BUCKETS.code, BUCKETS.povs, BUCKETS.outputs].map(objectsStream),
  ...[BUCKETS.runs, BUCKETS.agents, BUCKETS.attempts].map(keysStream),
];
const AGENTS = keysStream(BUCKETS.agents);
/** One request each: more would be a load of its own. A cluster of servers feeds fewer. */
const MOST_AGENTS = 1_000;
const AT_ONCE = 32;
/** The servers list them one by one to count them by run. */
const MOST_COUNTED_JOBS = 20_000;
const RUNS_SHOWN = 100;

/** What the cluster is doing, as a {@link ClusterMonitor} reads it. */
export interface ClusterOverview {
  readonly server: { readonly version: string; readonly cluster: string | undefined };
  /**
   * Those that have said within 15 seconds that they are there, by name, 1,000 at most; `total` counts the others, too,
   * which `rate` leaves out.
   */
  readonly agents: { readonly total: number; readonly list: readonly AgentRecord[] };
  /** Jobs that wait, and that agents have. */
  readonly waiting: number;
  readonly leased: number;
  /** Results that nobody has fetched yet. */
  readonly results: number;
  /** The newest first, 100 at most. `jobs`: without a result yet; undefined while all queues hold more than 20,000. */
  readonly runs: {
    readonly total: number;
    readonly list: readonly (Pick<RunRecord, 'name' | 'replicas' | 'version' | 'state'> & {
      readonly jobs: number | undefined;
    })[];
  };
  /** Results of the agents together, a second. */
  readonly rate: number;
  /** Jobs that no agent could answer. The newest 20 are named: run, index, replica. */
  readonly dead: { readonly total: number; readonly newest: readonly string[] };
  /** Bytes that are used of what may be, by stream; a limit of -1 is none. */
  readonly stores: readonly { readonly name: string; readonly bytes: number; readonly limit: number }[];
}

/** What is known from before. */
export interface Known {
  readonly runs: RunList;
  readonly dead: DeadLetters;
}

/**
 * Asks, and makes nothing. What nobody has made yet is empty.
 * @throws the signal's reason between two requests, and what the client's requests do
 */
export async function readOverview(
  { nc, jsm }: Connection,
  known: Known,
  signal: AbortSignal,
): Promise<ClusterOverview> {
  const infos = new Map<string, Info>();
  await Promise.all(
    STORES.map(async (name) => {
      const info = await infoOf(jsm, name);
      if (info !== undefined) infos.set(name, info);
    }),
  );
  const agents = await readAgents(jsm, signal);
  const jobs = infos.get(STREAMS.jobs)?.state.messages ?? 0;
  let leased = 0;
  if (infos.has(STREAMS.jobs))
    for await (const { num_ack_pending } of jsm.consumers.list(STREAMS.jobs)) leased += num_ack_pending;
  const runs = await known.runs.read(jsm, signal);
  const byRun = jobs > MOST_COUNTED_JOBS ? undefined : await jobsByRun(jsm);
  return {
    server: { version: nc.info?.version ?? 'unknown', cluster: nc.info?.cluster },
    agents,
    waiting: Math.max(0, jobs - leased),
    leased,
    results: infos.get(STREAMS.results)?.state.messages ?? 0,
    runs: {
      total: runs.length,
      list: runs
        .slice(-RUNS_SHOWN)
        .reverse()
        .map((run) => ({ ...run, jobs: byRun && (byRun.get(run.name) ?? 0) })),
    },
    rate: agents.list.reduce((sum, { rate }) => sum + rate, 0),
    dead: await known.dead.read(jsm, signal),
    stores: [...infos].map(([name, { state, config }]) => ({
      name,
      bytes: state.bytes,
      limit: config.max_bytes,
    })),
  };
}

type Manager = Connection['jsm'];

async function readAgents(jsm: Manager, signal: AbortSignal): Promise<ClusterOverview['agents']> {
  const subjects = Object.keys(
    (await infoOf(jsm, AGENTS, keysOf(BUCKETS.agents)))?.state.subjects ?? {},
  ).sort();
  const asked = subjects.slice(0, MOST_AGENTS);
  const list: AgentRecord[] = [];
  for (let at = 0; at < asked.length; at += AT_ONCE) {
    signal.throwIfAborted();
    const found = await Promise.all(asked.slice(at, at + AT_ONCE).map((subject) => readAgent(jsm, subject)));
    list.push(...found.filter((agent) => agent !== undefined));
  }
  return { total: list.length + subjects.length - asked.length, list };
}

/** Undefined for one that has gone meanwhile, that says it is another, or whose record is of another version. */
async function readAgent(jsm: Manager, subject: string): Promise<AgentRecord | undefined> {
  const message = await jsm.streams.getMessage(AGENTS, { last_by_subj: subject });
  if (message === null || isRemoved(message)) return undefined;
  try {
    const agent = parseAgent(message.data);
    return agent.id === keyIn(BUCKETS.agents, subject) ? agent : undefined;
  } catch {
    return undefined;
  }
}

async function jobsByRun(jsm: Manager): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const subjects = (await infoOf(jsm, STREAMS.jobs, 'pvf.jobs.>'))?.state.subjects ?? {};
  for (const [subject, count] of Object.entries(subjects)) {
    // pvf.jobs.VERSION.PARTITION.RUN.INDEX.REPLICA
    const run = subject.split('.')[4];
    if (run !== undefined) counts.set(run, (counts.get(run) ?? 0) + count);
  }
  return counts;
}
