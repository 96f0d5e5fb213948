/**
 * PVF hosts of many machines as one: agents that pull work from NATS JetStream, runs that give it to them and take the
 * results, and what the cluster is doing.
 */
export { Agent, type AgentOptions, type Executor, MAX_ATTEMPTS } from './agent/index.ts';
export { type ConnectOptions, LEAST_SERVER_VERSION } from './connection/index.ts';
export { ClusterError, type ClusterErrorCode, type ClusterErrorMeta } from './errors.ts';
export { DEFAULT_MAX_POV_BYTES } from './limits.ts';
export { ClusterMonitor, type ClusterOverview } from './monitor/index.ts';
export type {
  AgentRecord,
  Answer,
  Attempt,
  Machine,
  PrecheckInput,
  Result,
  ValidateInput,
} from './records/index.ts';
export * from './run/index.ts';
export { type ClusterStatus, clusterStatus } from './status.ts';
export { type ClusterLimits, DEFAULT_STORE_BYTES } from './store/index.ts';
export { VERSION } from './version.ts';
