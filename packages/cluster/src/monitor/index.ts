/**
 * What a cluster is doing, for whoever looks again and again. Unlike `clusterStatus` it makes nothing on the servers, no
 * stream, bucket or consumer, and stays connected: {@link ClusterMonitor} keeps the connection and what it has read
 * before, `readOverview` asks for the rest.
 */
export { ClusterMonitor } from './monitor.ts';
export type { ClusterOverview } from './overview.ts';
