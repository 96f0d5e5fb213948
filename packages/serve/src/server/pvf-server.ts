import { rmSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { ServeError } from '../errors.ts';
import { handlersOf, Streams } from '../handlers/index.ts';
import { buildApp, type GuardOptions, ownPage, readPage } from '../http/index.ts';
import { Service } from '../service/index.ts';
import { isLoopback, listenOnPort, listenOnSocket } from './listen.ts';
import { checkOptions, type PvfServerOptions } from './options.ts';

/** How long answers may take to go out after their outcomes are known, at the end; milliseconds. */
const FLUSH_MS = 5_000;
const DEFAULT_GRACE_MS = 10_000;

/** The service: a host behind one or two listeners. */
export class PvfServer implements AsyncDisposable {
  /** Path of the Unix socket, if there is one. */
  readonly socket: string | undefined;
  /** `http://ADDRESS:PORT` of the TCP listener, if there is one. */
  readonly url: string | undefined;
  readonly #service: Service;
  readonly #apps: readonly FastifyInstance[];
  readonly #closeHost: boolean;
  #closed: Promise<void> | undefined;

  /**
   * Takes requests once it has resolved.
   * @throws ServeError INVALID_OPTION, SOCKET, LISTEN; nothing is left behind then, and the host runs on.
   */
  static async start(options: PvfServerOptions): Promise<PvfServer> {
    const limits = checkOptions(options);
    const { host, socket, tcp, logger = pino({ level: 'silent' }) } = options;
    const dashboard = pageOf(options.dashboard);
    const { layers, inspect, cluster } = options;
    const service = new Service({ host, limits, layers, inspect, cluster });
    const handlers = handlersOf(service, new Streams(limits.streams));
    const apps: FastifyInstance[] = [];
    const app = async (guard: GuardOptions): Promise<FastifyInstance> => {
      const built = await buildApp({ service, handlers, guard, logger, dashboard });
      apps.push(built);
      return built;
    };
    let url: string | undefined;
    try {
      if (socket !== undefined) {
        const { server } = await app({ token: undefined, hosts: undefined, anyAddress: true });
        await listenOnSocket(server, socket);
      }
      if (tcp !== undefined) {
        const { address = '127.0.0.1', port, token, hostNames = [] } = tcp;
        const hosts = hostNames.map((name) => name.toLowerCase());
        const { server } = await app({ token, hosts, anyAddress: !isLoopback(address) });
        const chosen = await listenOnPort(server, address, port);
        url = `http://${address.includes(':') ? `[${address}]` : address}:${chosen}`;
      }
    } catch (error) {
      await service.end(0);
      await closeApps(apps);
      throw error;
    }
    return new PvfServer(service, apps, socket, url, options.closeHost ?? false);
  }

  private constructor(
    service: Service,
    apps: readonly FastifyInstance[],
    socket: string | undefined,
    url: string | undefined,
    closeHost: boolean,
  ) {
    this.#service = service;
    this.#apps = apps;
    this.socket = socket;
    this.url = url;
    this.#closeHost = closeHost;
  }

  /**
   * Ends the service in order. From the call on nothing new is taken (503, and `/readyz` says so); what is in work has
   * `graceMs` to end, and gets an outcome that abstains (`cancelled`) if it does not. Resolves when all answers are sent, or
   * seconds later, when every connection is cut. May be called more than once.
   */
  close(graceMs = DEFAULT_GRACE_MS): Promise<void> {
    this.#closed ??= this.#close(graceMs);
    return this.#closed;
  }

  /** `await using server = …`: the same as `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(graceMs: number): Promise<void> {
    await this.#service.end(graceMs);
    await closeApps(this.#apps);
    if (this.socket !== undefined) rmSync(this.socket, { force: true });
    if (this.#closeHost) await this.#service.host.close();
  }
}

/** @throws ServeError INVALID_OPTION */
function pageOf(option: string | false | undefined): ReturnType<typeof ownPage> {
  if (option === false) return undefined;
  if (option === undefined) return ownPage();
  try {
    return readPage(option);
  } catch (error) {
    const { message } = error as Error;
    throw new ServeError('INVALID_OPTION', { option: 'dashboard' }, `option dashboard: ${message}`);
  }
}

/** Lets answers go out that are under way, for a while. */
async function closeApps(apps: readonly FastifyInstance[]): Promise<void> {
  await Promise.all(
    apps.map(async (app) => {
      const { server } = app;
      const closed = new Promise<void>((resolve) =>
        server.listening ? server.close(() => resolve()) : resolve(),
      );
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), FLUSH_MS);
      await closed;
      clearTimeout(timer);
      await app.close();
    }),
  );
}
