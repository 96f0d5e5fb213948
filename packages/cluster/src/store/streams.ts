import { nanos } from '@nats-io/nats-core';
import { type Connection, failureOf } from '../connection/index.ts';
import { ClusterError } from '../errors.ts';
import { consumerFilter, consumerName, PARTITIONS, STREAMS } from '../names.ts';
import type { StoreSizes } from './limits.ts';
import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type WithRequired,
} from './nats.ts';

/** An agent that says nothing for that long has lost its job: another one gets it. */
export const LEASE_MS = 30_000;
const MONTH_MS = 30 * 24 * 60 * 60 * 1000;
/** What is given out and not yet answered, in all agents together. */
const MAX_LEASED = 50_000;
/** A mark on what is ours, with the layout of subjects and records. */
export const MARK = { 'pvf-format': '1' };

type Config = WithRequired<Partial<StreamConfig>, 'name'>;

/** All that is written waits for the disks of most copies; what does not fit is refused, nothing old makes room. */
function configs({ replicas, bytes }: StoreSizes): Config[] {
  const common = {
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    num_replicas: replicas,
    allow_direct: true,
    metadata: MARK,
  };
  return [
    {
      ...common,
      name: STREAMS.jobs,
      subjects: ['pvf.jobs.>'],
      retention: RetentionPolicy.Workqueue,
      max_bytes: bytes.jobs,
    },
    {
      ...common,
      name: STREAMS.results,
      subjects: ['pvf.results.>'],
      max_bytes: bytes.results,
      max_age: nanos(MONTH_MS),
    },
    {
      ...common,
      name: STREAMS.dead,
      subjects: ['pvf.dead.>'],
      max_bytes: bytes.dead,
      max_age: nanos(MONTH_MS),
    },
  ];
}

/** Makes what is missing; what is there is taken as it is, if it is ours. Any number may do this at once. */
export async function ensureStreams({ jsm }: Connection, sizes: StoreSizes): Promise<void> {
  for (const config of configs(sizes)) {
    const found = await ensure(
      config.name,
      () => jsm.streams.info(config.name),
      () => jsm.streams.add(config),
    );
    const { subjects, retention, metadata } = found.config;
    if (
      subjects.join() !== config.subjects?.join() ||
      retention !== (config.retention ?? RetentionPolicy.Limits) ||
      metadata?.['pvf-format'] !== MARK['pvf-format']
    )
      throw new ClusterError(
        'STORE',
        { name: config.name },
        `the stream ${config.name} is there already and is another program's, or another version's: use an account of its own`,
      );
  }
}

/** The consumers that agents of one version pull from. */
export async function ensureConsumers(jsm: JetStreamManager, version: string): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const name = consumerName(partition, version);
    await ensure(
      name,
      () => jsm.consumers.info(STREAMS.jobs, name),
      () =>
        jsm.consumers.add(STREAMS.jobs, {
          durable_name: name,
          filter_subject: consumerFilter(partition, version),
          ack_policy: AckPolicy.Explicit,
          ack_wait: nanos(LEASE_MS),
          // Agents count attempts themselves: a job that is handed back untried is no attempt.
          max_deliver: -1,
          max_ack_pending: MAX_LEASED,
          max_waiting: 20_000,
          metadata: MARK,
        }),
    );
  }
}

/** A consumer for one reader that keeps count itself, of what comes from a place in the stream on. */
export function ackNone(filter: string, start: number, forgottenNs: number): Partial<ConsumerConfig> {
  return {
    filter_subject: filter,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: start,
    ack_policy: AckPolicy.None,
    inactive_threshold: forgottenNs,
    mem_storage: true,
    num_replicas: 1,
  };
}

const TRIES = 60;
const NAME_IN_USE = 10058;

/**
 * What is there, else what is made; again while the servers are still choosing a leader. What cannot be asked for now
 * may be there: making it with other sizes than it has would be refused.
 */
export async function ensure<T>(name: string, find: () => Promise<T>, make: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await find().catch((error: unknown) => {
        if (failureOf(error) === 'passing') throw error;
        return make();
      });
    } catch (error) {
      // Somebody else has made it meanwhile.
      const isThere = error instanceof JetStreamApiError && error.code === NAME_IN_USE;
      if (attempt >= TRIES || !(isThere || failureOf(error) === 'passing')) throw unmakeable(name, error);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function unmakeable(name: string, cause: unknown): ClusterError {
  const text = `cannot make ${name}: ${(cause as Error).message}`;
  const kind = failureOf(cause);
  if (kind === 'full')
    return new ClusterError(
      'STORE_FULL',
      { name },
      `${text}; give the servers or the account more storage, or the cluster less of it (store size)`,
      { cause },
    );
  return new ClusterError(
    'STORE',
    { name },
    `${text}; the account needs leave to make streams and buckets, and as many servers as there are copies`,
    { cause },
  );
}
