import {
  Connection,
  type ConnectOptions,
  connectionError,
  natsOptions,
  shownServers,
} from '../connection/index.ts';
import { ClusterError } from '../errors.ts';
import { DeadLetters } from './dead-letters.ts';
import { type ClusterOverview, type Known, readOverview } from './overview.ts';
import { RunList } from './runs.ts';

/** What is not read by then is given up between two requests; what was read is known the next time. */
const READ_MS = 30_000;
const CONNECT_MS = 5_000;
/** So long its end waits for a connection that is being made. */
const CLOSE_MS = 2_000;

/** Reads what a cluster is doing, as often as it is asked to, over one connection. It makes nothing on the servers. */
export class ClusterMonitor {
  readonly #options: ConnectOptions;
  readonly #closing = new AbortController();
  readonly #known: Known = { runs: new RunList(), dead: new DeadLetters() };
  #connection: Promise<Connection> | undefined;
  #reading: Promise<ClusterOverview> | undefined;

  /**
   * Nothing is asked before the first call of {@link read}.
   * @throws ClusterError INVALID_OPTION
   */
  constructor(options: ConnectOptions) {
    natsOptions(options);
    this.#options = { ...options, name: options.name ?? 'pvf monitor' };
  }

  /**
   * Callers who come while it is read get the same answer. It takes half a minute at most, and longer only to connect:
   * 5 seconds for each server, and half a minute until the servers have chosen a leader.
   * @throws ClusterError CONNECTION, NOT_AUTHORISED, SERVER_VERSION, NO_JETSTREAM, INVALID_OPTION; the next call tries anew
   */
  read(): Promise<ClusterOverview> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** Ends the connection. Later calls of {@link read} are refused, and one that is under way fails. */
  async close(): Promise<void> {
    this.#closing.abort();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, CLOSE_MS, undefined);
    });
    // One that comes later closes itself.
    const connection = await Promise.race([this.#connection?.catch(() => undefined), late]);
    clearTimeout(timer);
    await connection?.close();
  }

  async #read(): Promise<ClusterOverview> {
    const { signal } = this.#closing;
    try {
      signal.throwIfAborted();
      const connection = await this.#connected();
      return await readOverview(
        connection,
        this.#known,
        AbortSignal.any([signal, AbortSignal.timeout(READ_MS)]),
      );
    } catch (error) {
      if (!signal.aborted) throw connectionError(error, this.#options.servers);
      const servers = shownServers(this.#options.servers);
      throw new ClusterError('CONNECTION', { servers }, 'the connection was closed here', { cause: error });
    }
  }

  #connected(): Promise<Connection> {
    if (this.#connection !== undefined) return this.#connection;
    const { signal } = this.#closing;
    const opening = Connection.open(this.#options, { connectMs: CONNECT_MS, reconnect: false, signal });
    this.#connection = opening;
    const forget = (): void => {
      if (this.#connection === opening) this.#connection = undefined;
    };
    // What is gone is opened anew by the next call: nobody waits for it before, and an attempt leaves nothing behind.
    opening.then(({ ended }) => ended.then(forget), forget);
    return opening;
  }
}
