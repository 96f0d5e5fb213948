import { type ConnectOptions, connectionError, failureOf } from '../connection/index.ts';
import { ClusterError } from '../errors.ts';
import { ATTEMPTS_STREAM, BUCKETS, checkName, filters, placeKey, STREAMS } from '../names.ts';
import { parseRun, type RunRecord } from '../records/index.ts';
import { openStore, removeObjects, type Store, storeFull } from '../store/index.ts';
import { VERSION } from '../version.ts';

/** @returns whether it was there */
export async function openRecord(store: Store, wanted: RunRecord): Promise<boolean> {
  try {
    await store.runs.create(wanted.name, JSON.stringify(wanted));
    // What an agent said late of a run that had this name is nobody's.
    await removeMessages(store, wanted.name);
    return false;
  } catch (error) {
    const kind = failureOf(error);
    if (kind === 'full') throw storeFull(BUCKETS.runs, error);
    if (kind !== 'exists') throw connectionError(error, store.connection.servers);
  }
  const entry = await store.runs.get(wanted.name);
  if (entry === null || entry.operation !== 'PUT') throw cancelled(wanted.name);
  const found = parseRun(entry.value);
  if (found.state === 'cancelled') throw cancelled(wanted.name);
  if (
    found.fingerprint === wanted.fingerprint &&
    found.replicas === wanted.replicas &&
    found.version === VERSION
  )
    return true;
  throw new ClusterError(
    'RUN_DIFFERS',
    { name: wanted.name },
    `the run ${wanted.name} has other inputs, limits or redundancy, or is of another version (${found.version}): choose another name, or cancel it`,
  );
}

export function cancelled(name: string): ClusterError<'RUN_CANCELLED'> {
  return new ClusterError(
    'RUN_CANCELLED',
    { name },
    `the run ${name} was cancelled, or its results were taken`,
  );
}

/**
 * Cancels a run: what waits is taken out of the queue, what runs is ended, results are removed.
 * @throws ClusterError RUN_UNKNOWN, and those of connecting
 */
export async function cancelRun(options: ConnectOptions & { readonly run: string }): Promise<void> {
  checkName('name', options.run);
  const store = await openStore(options);
  try {
    const entry = await store.runs.get(options.run);
    if (entry === null || entry.operation !== 'PUT')
      throw new ClusterError('RUN_UNKNOWN', { name: options.run }, `there is no run ${options.run}`);
    const record = parseRun(entry.value);
    await store.runs.put(options.run, JSON.stringify({ ...record, state: 'cancelled' }));
    await removeRun(store, options.run);
  } finally {
    await store.connection.close();
  }
}

async function removeMessages({ connection: { jsm } }: Store, run: string): Promise<void> {
  await jsm.streams.purge(STREAMS.jobs, { filter: filters.jobsOf(run) });
  await jsm.streams.purge(STREAMS.results, { filter: filters.resultsOf(run) });
  await jsm.streams.purge(ATTEMPTS_STREAM, { filter: filters.attemptsOf(run) });
}

/** Takes everything of a run away; what is gone already does no harm. */
export async function removeRun(store: Store, run: string): Promise<void> {
  await removeMessages(store, run);
  const prefix = placeKey({ run, index: 0, replica: 0 }).slice(0, run.length + 1);
  await removeObjects(store.connection, store.povs, BUCKETS.povs, (name) => name.startsWith(prefix));
  await removeObjects(store.connection, store.outputs, BUCKETS.outputs, (name) => name.startsWith(prefix));
  await store.runs.delete(run);
}
