import type { Store } from '../model/store.ts';
import { follow } from './follow.ts';
import { getJson, openEvents, ServiceError } from './service.ts';
import type { Artifacts, Cluster, RecentOutcomes, Statistics, Status } from './types.ts';

/** How often is read what no event tells. Milliseconds. */
const STATUS_EVERY_MS = 1_000;
const STATISTICS_EVERY_MS = 3_000;
const ARTIFACTS_EVERY_MS = 15_000;
/** The service has something new every five seconds. */
const CLUSTER_EVERY_MS = 2_000;

/** Outcomes of before the page was opened that are fetched at the start. */
const OUTCOMES_AT_START = 200;

/** Keeps the store up to date until the signal. A tab that nobody sees follows the events and reads nothing else. */
export async function feed(store: Store, signal: AbortSignal): Promise<void> {
  const reading = [
    repeat(
      STATUS_EVERY_MS,
      signal,
      async () => store.set({ status: await getJson<Status>('/v1/status', signal), trouble: undefined }),
      store,
    ),
    repeat(
      STATISTICS_EVERY_MS,
      signal,
      async () => store.set({ statistics: await getJson<Statistics>('/v1/statistics', signal) }),
      store,
    ),
    repeat(
      ARTIFACTS_EVERY_MS,
      signal,
      async () => store.set({ artifacts: await getJson<Artifacts>('/v1/artifacts', signal) }),
      store,
    ),
    repeat(CLUSTER_EVERY_MS, signal, () => readCluster(store, signal), store),
  ];
  let first = true;
  const following = follow({
    open: async (lastEventId, attempt) => {
      if (!first) return await openEvents(lastEventId, attempt);
      // What is there already, then everything behind it.
      const path = `/v1/outcomes?limit=${OUTCOMES_AT_START}`;
      try {
        const { outcomes, lastId } = await getJson<RecentOutcomes>(path, attempt);
        store.addOutcomes(outcomes);
        first = false;
        return await openEvents(lastId, attempt);
      } catch (error) {
        if (error instanceof ServiceError && (error.status === 401 || error.status === 403)) {
          return new Response(null, { status: error.status });
        }
        throw error;
      }
    },
    onEvent: (message) => store.event(message),
    onConnection: (connection) => store.set({ connection }),
    signal,
  });
  await Promise.all([...reading, following]);
}

/** Of a service that watches one. That it cannot be read says nothing of the service's own numbers. */
async function readCluster(store: Store, signal: AbortSignal): Promise<void> {
  if (store.snapshot.status?.cluster !== true) return;
  try {
    store.set({ cluster: await getJson<Cluster>('/v1/cluster', signal), clusterTrouble: undefined });
  } catch (error) {
    if (!(error instanceof ServiceError) || error.problem?.code !== 'CLUSTER_UNAVAILABLE') throw error;
    store.set({ clusterTrouble: error.message });
  }
}

async function repeat(
  everyMs: number,
  signal: AbortSignal,
  read: () => Promise<void>,
  store: Store,
): Promise<void> {
  while (!signal.aborted) {
    try {
      if (!document.hidden) await read();
    } catch (error) {
      if (signal.aborted) return;
      store.set({ trouble: error instanceof Error ? error.message : String(error) });
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, everyMs);
      function done(): void {
        clearTimeout(timer);
        document.removeEventListener('visibilitychange', done);
        signal.removeEventListener('abort', done);
        resolve();
      }
      document.addEventListener('visibilitychange', done);
      signal.addEventListener('abort', done);
    });
  }
}
