import { CLUSTER_LISTS, CLUSTER_TEXTS, type Cluster } from '../schemas/index.ts';

type Agent = Cluster['agents']['list'][number];
type Run = Cluster['runs']['list'][number];
type Store = Cluster['stores'][number];

/**
 * What a cluster says, as this service tells it: known parts alone, as many and as long as the schema allows. Entries of
 * lists that are none are left out.
 * @throws TypeError if a part is missing that is no list's
 */
export function clusterOf(told: unknown, at: Date): Cluster {
  const { server, agents, rate, waiting, leased, results, runs, dead, stores } = record(told);
  const { version, cluster } = record(server);
  return {
    at: at.toISOString(),
    server: {
      version: text(version, CLUSTER_TEXTS.version),
      ...(cluster !== undefined && { cluster: text(cluster, CLUSTER_TEXTS.name) }),
    },
    agents: {
      total: whole(record(agents).total),
      list: entries(record(agents).list, CLUSTER_LISTS.agents, agentOf),
    },
    rate: amount(rate),
    waiting: whole(waiting),
    leased: whole(leased),
    results: whole(results),
    runs: { total: whole(record(runs).total), list: entries(record(runs).list, CLUSTER_LISTS.runs, runOf) },
    dead: {
      total: whole(record(dead).total),
      newest: entries(record(dead).newest, CLUSTER_LISTS.dead, (name) => text(name, CLUSTER_TEXTS.dead)),
    },
    stores: entries(stores, CLUSTER_LISTS.stores, storeOf),
  };
}

function agentOf(told: unknown): Agent {
  const { id, version, slots, running, done, failed, rate, machine, paused } = record(told);
  return {
    id: text(id, CLUSTER_TEXTS.name),
    version: text(version, CLUSTER_TEXTS.version),
    slots: whole(slots),
    running: whole(running),
    done: whole(done),
    failed: whole(failed),
    rate: amount(rate),
    cpu: text(record(machine).cpu, CLUSTER_TEXTS.cpu),
    ...(paused !== undefined && { paused: text(paused, CLUSTER_TEXTS.paused) }),
  };
}

function runOf(told: unknown): Run {
  const { name, version, state, replicas, jobs } = record(told);
  return {
    name: text(name, CLUSTER_TEXTS.name),
    version: text(version, CLUSTER_TEXTS.version),
    state: text(state, CLUSTER_TEXTS.state),
    redundancy: whole(replicas),
    ...(jobs !== undefined && { jobs: whole(jobs) }),
  };
}

/** A limit of -1 is NATS' word for none. */
function storeOf(told: unknown): Store {
  const { name, bytes, limit } = record(told);
  const of = { name: text(name, CLUSTER_TEXTS.name), bytes: whole(bytes) };
  return limit === -1 ? of : { ...of, limit: whole(limit) };
}

function entries<T>(told: unknown, most: number, read: (entry: unknown) => T): T[] {
  if (!Array.isArray(told)) throw new TypeError('no list');
  const found: T[] = [];
  for (const entry of told) {
    if (found.length === most) break;
    try {
      found.push(read(entry));
    } catch {
      // One that is none; the others are told.
    }
  }
  return found;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new TypeError('no object');
}

function text(value: unknown, longest: number): string {
  if (typeof value === 'string') return value.slice(0, longest).toWellFormed();
  throw new TypeError('no text');
}

function amount(value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw new TypeError('no amount');
}

function whole(value: unknown): number {
  if (Number.isSafeInteger(amount(value))) return value as number;
  throw new TypeError('no whole number');
}
