import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { ClusterError } from '../errors.ts';
import { endingOf } from './ending.ts';
import { connectionError, failureOf } from './failures.ts';
import { type ConnectOptions, natsOptions, shownServers } from './options.ts';
import { withoutLeftovers } from './sockets.ts';
import { checkServerVersion } from './version.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const RECONNECT_WAIT_MS = 500;
const LEADER_TIMEOUT_MS = 30_000;
const PING_EVERY_MS = 10_000;
const FLUSH_MS = 2_000;

interface OpenOptions {
  readonly connectMs?: number;
  readonly reconnect?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * A connection to the servers, checked: their version, and that there is JetStream. It reconnects by itself, forever, unless
 * it was opened otherwise.
 */
export class Connection {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly servers: readonly string[];
  /** Resolves when the connection is gone for good: with why, or undefined if it was closed here. */
  readonly ended: Promise<ClusterError | undefined>;

  private constructor(nc: NatsConnection, jsm: JetStreamManager, servers: readonly string[]) {
    this.nc = nc;
    this.jsm = jsm;
    this.js = jetstream(nc, { timeout: 10_000 });
    this.servers = servers;
    this.ended = endingOf(nc, servers);
  }

  /**
   * @param connectMs for each server
   * @param reconnect whether it connects again by itself, as it does unless told otherwise
   * @param signal gives the attempt up
   * @throws ClusterError CONNECTION, NOT_AUTHORISED, SERVER_VERSION, NO_JETSTREAM, INVALID_OPTION; the signal's reason
   */
  static async open(
    options: ConnectOptions,
    { connectMs = CONNECT_TIMEOUT_MS, reconnect = true, signal }: OpenOptions = {},
  ): Promise<Connection> {
    const servers = shownServers(options.servers);
    const asked = {
      ...natsOptions(options),
      timeout: connectMs,
      reconnect,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_WAIT_MS,
      pingInterval: PING_EVERY_MS,
    };
    const nc = await withoutLeftovers(() => connect(asked), signal).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw connectionError(error, options.servers);
    });
    try {
      signal?.throwIfAborted();
      checkServerVersion(nc.info?.version ?? 'unknown');
      const jsm = await manager(nc, signal).catch((error: unknown) => {
        signal?.throwIfAborted();
        throw new ClusterError(
          'NO_JETSTREAM',
          { servers },
          `${servers.join(', ')} has no JetStream, or not for this account: ${(error as Error).message}; start the server with --jetstream, and enable it for the account`,
          { cause: error },
        );
      });
      signal?.throwIfAborted();
      return new Connection(nc, jsm, servers);
    } catch (error) {
      await nc.close();
      throw error;
    }
  }

  /** Largest message that the server takes, bytes. */
  get maxPayload(): number {
    return this.nc.info?.max_payload ?? 1024 * 1024;
  }

  /** Whether there is more than one server, so that copies can be kept. */
  get isClustered(): boolean {
    return this.nc.info?.cluster !== undefined;
  }

  /** What was sent is sent; then the connection ends. */
  async close(): Promise<void> {
    if (this.nc.isClosed()) return;
    // Without a server it would wait for one.
    await Promise.race([
      this.nc.flush().catch(() => {}),
      new Promise((end) => setTimeout(end, FLUSH_MS).unref()),
    ]);
    await this.nc.close();
  }
}

/** Servers that have just been started first choose a leader, and do not answer until then. */
async function manager(nc: NatsConnection, signal?: AbortSignal): Promise<JetStreamManager> {
  const until = performance.now() + LEADER_TIMEOUT_MS;
  for (;;) {
    try {
      return await jetstreamManager(nc, { timeout: 5_000 });
    } catch (error) {
      const { jetstream: isEnabled, cluster } = nc.info ?? {};
      const mayCome = isEnabled === true || cluster !== undefined;
      if (!mayCome || failureOf(error) !== 'passing' || performance.now() > until || signal?.aborted)
        throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
