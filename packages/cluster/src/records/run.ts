import Type, { type Static } from 'typebox';
import { checker, parseJson } from './message.ts';
import { Count, exact, Hash, MAX_REPLICAS, Machine, Name, optional, words } from './parts.ts';

const Version = Type.String({ maxLength: 50 });

const RunRecord = exact({
  format: Type.Literal(1),
  name: Name,
  /** Of what the producer says that its inputs are. */
  fingerprint: Type.String({ maxLength: 200 }),
  replicas: Type.Integer({ minimum: 1, maximum: MAX_REPLICAS }),
  version: Version,
  state: words(['open', 'cancelled']),
  codes: Type.Array(Hash, { maxItems: 10_000 }),
});
/** A run: what is asked under one name. */
export type RunRecord = Static<typeof RunRecord>;

const AgentRecord = exact({
  format: Type.Literal(1),
  id: Name,
  /** Tells this process from others with the same id. */
  session: Name,
  version: Version,
  machine: Machine,
  slots: Count,
  running: Count,
  /** Since its start. */
  done: Count,
  failed: Count,
  /** Results a second, over the last half minute. */
  rate: Type.Number({ minimum: 0 }),
  /** PVFs that it has in memory. */
  loaded: Count,
  /** Why it takes nothing at the moment. */
  paused: optional(Type.String({ maxLength: 1000 })),
});
/** What an agent says of itself, every few seconds; the server forgets those that stop saying it. */
export type AgentRecord = Static<typeof AgentRecord>;

const checkRun = checker('a run', RunRecord);
const checkAgent = checker('an agent', AgentRecord);

/** @throws ClusterError BAD_RECORD */
export const parseRun = (bytes: Uint8Array): RunRecord => checkRun(parseJson('a run', bytes));
/** @throws ClusterError BAD_RECORD */
export const parseAgent = (bytes: Uint8Array): AgentRecord => checkAgent(parseJson('an agent', bytes));
