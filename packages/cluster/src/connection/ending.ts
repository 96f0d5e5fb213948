import { errors, type NatsConnection } from '@nats-io/nats-core';
import type { ClusterError } from '../errors.ts';
import { connectionError } from './failures.ts';
import { checkServerVersion } from './version.ts';

/**
 * Why a connection is gone for good. One that connects again forever gives up only when credentials are refused twice, and does
 * not always say so: where a user expires once more just when it was let in, it says `connection refused`
 * (`ProtocolHandler.disconnected` of @nats-io/nats-core 3.4.0 forgets the error).
 * @returns undefined if it was closed here
 */
export function endingOf(
  nc: Pick<NatsConnection, 'status' | 'closed' | 'close' | 'info'>,
  servers: readonly string[],
): Promise<ClusterError | undefined> {
  let tooOld: ClusterError | undefined;
  let refused: ClusterError | undefined;
  const watch = async (): Promise<void> => {
    for await (const status of nc.status()) {
      if (status.type === 'error' && !(status.error instanceof errors.PermissionViolationError)) {
        const error = connectionError(status.error, servers);
        if (error.code === 'NOT_AUTHORISED') refused = error;
      }
      if (status.type !== 'reconnect') continue;
      try {
        // Another server of the cluster may be an older one.
        checkServerVersion(nc.info?.version ?? 'unknown');
      } catch (error) {
        tooOld = error as ClusterError;
        await nc.close();
      }
    }
  };
  void watch().catch(() => {});
  return nc
    .closed()
    .then((error) => tooOld ?? (error ? (refused ?? connectionError(error, servers)) : undefined));
}
