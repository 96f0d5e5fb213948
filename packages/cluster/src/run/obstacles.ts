import { BUCKETS, objectsStream, STREAMS } from '../names.ts';
import type { AgentRecord } from '../records/index.ts';
import type { Store } from '../store/index.ts';
import { VERSION } from '../version.ts';

/** So full, the next of the largest messages may not fit. */
const FULL_SHARE = 0.9;
/** What fills while a run is under way. PVFs and names of runs are put there before, and say so themselves. */
const FILLING = [STREAMS.jobs, STREAMS.results, objectsStream(BUCKETS.povs), objectsStream(BUCKETS.outputs)];

/** Why nothing may come of a run at the moment. */
export type Obstacle =
  /** Fewer agents of its version than each candidate wants answers; those of others get nothing of it. */
  | {
      readonly type: 'agents';
      readonly there: number;
      readonly needed: number;
      readonly others: readonly AgentRecord[];
    }
  /** Too few others: these take nothing for a while, after faults of their machines. `paused` of each says which. */
  | { readonly type: 'paused'; readonly agents: readonly AgentRecord[] }
  /** Bytes that a stream has and may have: what does not fit waits. */
  | { readonly type: 'full'; readonly name: string; readonly bytes: number; readonly limit: number };

/** @param needed answers to each candidate */
export function obstaclesAmong(all: readonly AgentRecord[], needed: number): Obstacle[] {
  const own = all.filter(({ version }) => version === VERSION);
  const others = all.filter(({ version }) => version !== VERSION);
  if (own.length < needed) return [{ type: 'agents', there: own.length, needed, others }];
  const paused = own.filter((agent) => agent.paused !== undefined);
  return own.length - paused.length < needed ? [{ type: 'paused', agents: paused }] : [];
}

export async function fullStores({ connection: { jsm } }: Store): Promise<Obstacle[]> {
  const infos = await Promise.all(FILLING.map((name) => jsm.streams.info(name)));
  return infos.flatMap(({ config: { name, max_bytes: limit }, state: { bytes } }) =>
    bytes > FULL_SHARE * limit ? [{ type: 'full', name, bytes, limit }] : [],
  );
}
