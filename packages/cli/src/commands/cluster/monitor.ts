import type { ClusterMonitor } from '@pvf/cluster';
import { type ClusterOptions, connection, onCluster, requireCluster } from './connect.ts';

/**
 * What `pvf serve --cluster` reads; undefined without it. Options that cannot work are told here, servers that do not
 * answer only when they are asked.
 * @throws CliError BAD_USAGE, INPUT_FILE, CLUSTER
 */
export async function monitorOf(options: ClusterOptions): Promise<ClusterMonitor | undefined> {
  requireCluster(options);
  if (options.cluster === undefined) return undefined;
  const { ClusterMonitor } = await import('@pvf/cluster');
  return onCluster(async () => new ClusterMonitor({ ...connection(options), name: 'pvf serve' }));
}
