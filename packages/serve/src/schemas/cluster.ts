import Type, { type Static } from 'typebox';
import { count, exact, ref } from './common.ts';

const optional = Type.Optional;
const perSecond = (description: string) => Type.Number({ minimum: 0, description });
const text = (maxLength: number, description?: string) =>
  Type.String({ maxLength, ...(description !== undefined && { description }) });

/** Entries that are told at most, of each list. */
export const CLUSTER_LISTS = { agents: 200, runs: 50, dead: 20, stores: 20 } as const;

/** Lengths of texts that are told at most, in UTF-16 units. */
export const CLUSTER_TEXTS = { name: 64, version: 50, state: 20, cpu: 200, paused: 300, dead: 100 } as const;

const { name, version, state, cpu, paused, dead } = CLUSTER_TEXTS;

export const ClusterAgent = exact(
  {
    id: text(name),
    version: text(version),
    slots: count('Jobs that it does at once.'),
    running: count('Jobs now.'),
    done: count('Since its start.'),
    failed: count('Jobs that a fault of its machine ended, since its start.'),
    rate: perSecond('Results a second, over the last half minute.'),
    cpu: text(cpu),
    paused: optional(text(paused, 'Why it takes nothing at the moment.')),
  },
  { $id: 'ClusterAgent', description: 'What an agent says of itself.' },
);

export const ClusterRun = exact(
  {
    name: text(name),
    version: text(version, 'Of the agents that work for it.'),
    state: text(state, 'open or cancelled.'),
    redundancy: count('Answers to each candidate.'),
    jobs: optional(
      count('Without a result yet; not there while the queue is too long to be counted by run.'),
    ),
  },
  { $id: 'ClusterRun', description: 'What is asked under one name.' },
);

/** What a cluster is doing. Every part of it is what its servers and agents say: shown, never decided upon. */
export const Cluster = exact(
  {
    at: Type.String({ format: 'date-time', description: 'When it was read.' }),
    server: exact({ version: text(version), cluster: optional(text(name)) }),
    agents: exact({
      total: count('Those that are there.'),
      list: Type.Array(ref(ClusterAgent), {
        maxItems: CLUSTER_LISTS.agents,
        description: 'The first of them, by name.',
      }),
    }),
    rate: perSecond('Results of the agents together, a second.'),
    waiting: count('Jobs that no agent has.'),
    leased: count('Jobs that agents have.'),
    results: count('That nobody has fetched yet.'),
    runs: exact({
      total: count('Those that are not over.'),
      list: Type.Array(ref(ClusterRun), {
        maxItems: CLUSTER_LISTS.runs,
        description: 'The newest first.',
      }),
    }),
    dead: exact({
      total: count('Jobs that no agent could answer.'),
      newest: Type.Array(text(dead), {
        maxItems: CLUSTER_LISTS.dead,
        description: 'The newest first: run, index, replica.',
      }),
    }),
    stores: Type.Array(
      exact({
        name: text(name),
        bytes: count('That are used.'),
        limit: optional(count('Bytes that may be used; not there if nothing limits them.')),
      }),
      { maxItems: CLUSTER_LISTS.stores, description: 'Streams and buckets on the servers.' },
    ),
  },
  { $id: 'Cluster', description: 'What the cluster that this service watches is doing.' },
);
/** What a cluster is doing, as its servers and agents say. */
export type Cluster = Static<typeof Cluster>;
