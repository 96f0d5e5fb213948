import { DeliverPolicy } from '@nats-io/jetstream';
import type { ConnectOptions } from './connection/index.ts';
import { filters, STREAMS } from './names.ts';
import { type AgentRecord, parseAgent, parseRun, type RunRecord } from './records/index.ts';
import { openStore, type Store, within } from './store/index.ts';

const DEAD_SHOWN = 20;
const READ_MS = 30_000;

/** What the cluster is doing, for people. */
export interface ClusterStatus {
  readonly server: { readonly version: string; readonly cluster: string | undefined };
  /** Those that have said within 15 seconds that they are there. */
  readonly agents: readonly AgentRecord[];
  /** Jobs that wait, and that agents have. */
  readonly waiting: number;
  readonly leased: number;
  readonly runs: readonly (Pick<RunRecord, 'name' | 'replicas' | 'version' | 'state'> & {
    /** Jobs that have no result yet, and results that are not fetched. */
    readonly jobs: number;
    readonly results: number;
  })[];
  /** Results of all agents together, a second. */
  readonly rate: number;
  /** Jobs that no agent could answer. The newest are named: run, index, replica. */
  readonly dead: { readonly total: number; readonly newest: readonly string[] };
  /** Bytes that are used of what may be, by stream. */
  readonly stores: readonly { readonly name: string; readonly bytes: number; readonly limit: number }[];
}

/** @throws ClusterError as connecting does */
export async function clusterStatus(options: ConnectOptions): Promise<ClusterStatus> {
  const store = await openStore(options);
  try {
    return await readStatus(store);
  } finally {
    await store.connection.close();
  }
}

export async function readAgents(store: Store): Promise<AgentRecord[]> {
  return (await all(store.agents, parseAgent)).sort((a, b) => a.id.localeCompare(b.id, 'en'));
}

async function readStatus(store: Store): Promise<ClusterStatus> {
  const { nc, jsm } = store.connection;
  const agents = await readAgents(store);
  const jobs = await jsm.streams.info(STREAMS.jobs);
  let leased = 0;
  for await (const { num_ack_pending } of jsm.consumers.list(STREAMS.jobs)) leased += num_ack_pending;
  const runs: ClusterStatus['runs'][number][] = [];
  for (const { name, replicas, version, state } of await all(store.runs, parseRun))
    runs.push({
      name,
      replicas,
      version,
      state,
      jobs: await countOf(store, STREAMS.jobs, filters.jobsOf(name)),
      results: await countOf(store, STREAMS.results, filters.resultsOf(name)),
    });
  const stores: ClusterStatus['stores'][number][] = [];
  for await (const { config, state } of jsm.streams.list())
    if (/^(PVF_|OBJ_PVF_|KV_PVF_)/.test(config.name))
      stores.push({ name: config.name, bytes: state.bytes, limit: config.max_bytes });
  return {
    server: { version: nc.info?.version ?? 'unknown', cluster: nc.info?.cluster },
    agents,
    waiting: Math.max(0, jobs.state.messages - leased),
    leased,
    runs: runs.sort((a, b) => a.name.localeCompare(b.name, 'en')),
    rate: agents.reduce((sum, { rate }) => sum + rate, 0),
    dead: await deadLetters(store),
    stores: stores.sort((a, b) => a.name.localeCompare(b.name, 'en')),
  };
}

async function deadLetters({ connection: { jsm } }: Store): Promise<ClusterStatus['dead']> {
  const { state } = await jsm.streams.info(STREAMS.dead);
  const newest: string[] = [];
  for (let seq = state.last_seq; seq >= state.first_seq && seq > 0 && newest.length < DEAD_SHOWN; seq -= 1) {
    const message = await jsm.streams.getMessage(STREAMS.dead, { seq });
    if (message !== null) newest.push(message.subject.slice('pvf.dead.'.length));
  }
  return { total: state.messages, newest };
}

/** Messages of a subject, without listing them: those that a consumer would be given. */
async function countOf({ connection: { jsm } }: Store, stream: string, filter: string): Promise<number> {
  if (stream === STREAMS.jobs) {
    // A queue allows no other consumer on its subjects; what is out is bounded by the windows of the runs.
    const { state } = await jsm.streams.info(stream, { subjects_filter: filter });
    return Object.values(state.subjects ?? {}).reduce((sum, count) => sum + count, 0);
  }
  const consumer = await jsm.consumers.add(stream, {
    filter_subject: filter,
    deliver_policy: DeliverPolicy.All,
    inactive_threshold: 1_000_000_000,
    mem_storage: true,
    num_replicas: 1,
  });
  await jsm.consumers.delete(stream, consumer.name).catch(() => {});
  return consumer.num_pending;
}

/** Every entry of a bucket, in one go. */
function all<T>(bucket: Store['runs'], parse: (bytes: Uint8Array) => T): Promise<T[]> {
  const read = async () => {
    const found: T[] = [];
    for await (const { operation, value } of await bucket.history({ key: '>' })) {
      if (operation !== 'PUT') continue;
      try {
        found.push(parse(value));
      } catch {
        // Of another version, or not ours.
      }
    }
    return found;
  };
  return within(READ_MS, 'reading the status', read());
}
