import { ClusterError } from '../errors.ts';

/**
 * The oldest server that is supported. Older ones silently drop what they do not know of a configuration, such as the
 * marks by which streams of ours are known (`metadata`, 2.10).
 */
export const LEAST_SERVER_VERSION = '2.10.0';

/** @throws ClusterError SERVER_VERSION */
export function checkServerVersion(found: string): void {
  const parts = (version: string) => /^(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
  const [own, least] = [parts(found), parts(LEAST_SERVER_VERSION) as number[]];
  const at = own?.findIndex((part, index) => part !== least[index]) ?? -1;
  if (own !== undefined && (at === -1 || (own[at] as number) >= (least[at] as number))) return;
  throw new ClusterError(
    'SERVER_VERSION',
    { found, least: LEAST_SERVER_VERSION },
    `the NATS server has version ${found}, and ${LEAST_SERVER_VERSION} is the oldest that is supported: upgrade all servers of the cluster`,
  );
}
