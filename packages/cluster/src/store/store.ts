import { type KV, Kvm } from '@nats-io/kv';
import { nanos } from '@nats-io/nats-core';
import { type ObjectStore, Objm } from '@nats-io/obj';
import { type Connection, type ConnectOptions, Connection as Opened } from '../connection/index.ts';
import { BUCKETS, keysStream, objectsStream } from '../names.ts';
import { type ClusterLimits, type StoreSizes, sizesOf } from './limits.ts';
import { StorageType } from './nats.ts';
import { ensure, ensureStreams, MARK } from './streams.ts';

/** The server forgets an agent that has said nothing for that long. */
export const PRESENCE_MS = 15_000;
const DAY_MS = 24 * 60 * 60 * 1000;
const MIB = 1024 ** 2;

/** Everything that the cluster keeps, ready to use. */
export interface Store {
  readonly connection: Connection;
  readonly code: ObjectStore;
  readonly povs: ObjectStore;
  readonly outputs: ObjectStore;
  readonly runs: KV;
  readonly agents: KV;
  readonly attempts: KV;
}

/**
 * Connects, checks the servers, and makes streams and buckets that are missing.
 * @throws ClusterError CONNECTION, NOT_AUTHORISED, SERVER_VERSION, NO_JETSTREAM, STORE, INVALID_OPTION
 */
export async function openStore(
  options: ConnectOptions & { readonly limits?: Partial<ClusterLimits> },
): Promise<Store> {
  const connection = await Opened.open(options);
  try {
    const sizes = sizesOf(options.limits ?? {}, connection.isClustered);
    await ensureStreams(connection, sizes);
    return await buckets(connection, sizes);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function buckets(connection: Connection, sizes: StoreSizes): Promise<Store> {
  const { js } = connection;
  const { replicas, bytes } = sizes;
  const [kvm, objm] = [new Kvm(js), new Objm(js)];
  const storage = StorageType.File;
  const objects = (name: string, max_bytes: number, ttl = 0) =>
    existing(
      name,
      objectsStream(name),
      connection,
      () => objm.open(name),
      () => objm.create(name, { storage, replicas, max_bytes, metadata: MARK, ttl: nanos(ttl) }),
    );
  const keys = (name: string, max_bytes: number, ttl: number, history: number, memory = false) =>
    existing(
      name,
      keysStream(name),
      connection,
      () => kvm.open(name),
      () =>
        kvm.create(name, {
          storage: memory ? StorageType.Memory : storage,
          replicas,
          max_bytes,
          ttl,
          history,
          metadata: MARK,
        }),
    );
  return {
    connection,
    code: await objects(BUCKETS.code, bytes.code),
    povs: await objects(BUCKETS.povs, bytes.povs, 30 * DAY_MS),
    outputs: await objects(BUCKETS.outputs, bytes.outputs, 30 * DAY_MS),
    runs: await keys(BUCKETS.runs, bytes.runs, 0, 1),
    agents: await keys(BUCKETS.agents, 16 * MIB, PRESENCE_MS, 1, true),
    attempts: await keys(BUCKETS.attempts, bytes.attempts, DAY_MS, 64),
  };
}

function existing<T>(
  name: string,
  stream: string,
  { jsm }: Connection,
  open: () => Promise<T>,
  make: () => Promise<T>,
): Promise<T> {
  return ensure(
    name,
    async () => {
      await jsm.streams.info(stream);
      return await open();
    },
    make,
  );
}
