import { readFileSync } from 'node:fs';
import { credsAuthenticator, type NodeConnectionOptions } from '@nats-io/transport-node';
import { ClusterError } from '../errors.ts';

/** How the servers are reached, and as whom. Passed on to the NATS client; nothing of it is ever logged. */
export interface ConnectOptions {
  /** `nats://HOST:PORT`, `tls://HOST:PORT`; a name and password, or a token, may stand before the host. */
  readonly servers: string | readonly string[];
  /** Path of a file with a user's JWT and NKey, as `nsc` makes them. Read again at each reconnect. */
  readonly credentials?: string;
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  /** Paths of PEM files. `ca` alone verifies the servers; `cert` and `key` are shown to them. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** Name of the connection, as the server's monitoring shows it. */
  readonly name?: string;
}

/** @throws ClusterError INVALID_OPTION */
export function natsOptions(options: ConnectOptions): NodeConnectionOptions & { servers: string[] } {
  const given = typeof options.servers === 'string' ? options.servers.split(',') : [...options.servers];
  let [user, password, token] = [options.user, options.password, options.token];
  let tls = options.tls !== undefined;
  const servers = given.map((text) => {
    const url = parse(text.trim());
    if (url.protocol === 'tls:') tls = true;
    if (url.password !== '') {
      user ??= decodeURIComponent(url.username);
      password ??= decodeURIComponent(url.password);
    } else if (url.username !== '') token ??= decodeURIComponent(url.username);
    return url.host;
  });
  if (servers.length === 0) throw invalid('servers', 'no server is named');
  const { ca, cert, key } = options.tls ?? {};
  const { credentials } = options;
  return {
    servers,
    name: options.name ?? 'pvf',
    ...(user !== undefined && { user }),
    ...(password !== undefined && { pass: password }),
    ...(token !== undefined && { token }),
    ...(credentials !== undefined && { authenticator: fromFile(credentials) }),
    ...(tls && {
      tls: {
        ...(ca !== undefined && { caFile: ca }),
        ...(cert !== undefined && { certFile: cert }),
        ...(key !== undefined && { keyFile: key }),
      },
    }),
  };
}

/** The addresses for messages: what may be secret is left out. */
export function shownServers(servers: string | readonly string[]): string[] {
  const list = typeof servers === 'string' ? servers.split(',') : servers;
  return list.map((server) => server.replace(/^(\w+:\/\/)?[^@/]*@/, '$1'));
}

function fromFile(path: string) {
  const read = () => {
    try {
      return readFileSync(path);
    } catch (error) {
      throw invalid(
        'credentials',
        `cannot read credentials ${path}: ${(error as NodeJS.ErrnoException).code}`,
      );
    }
  };
  read();
  return (nonce?: string) => credsAuthenticator(read())(nonce);
}

function parse(text: string): URL {
  const url = URL.parse(text.includes('://') ? text : `nats://${text}`);
  if (url !== null && ['nats:', 'tls:'].includes(url.protocol) && url.hostname !== '') {
    if (url.port === '') url.port = '4222';
    return url;
  }
  throw invalid(
    'servers',
    `${shownServers(text)[0]} is no address of a NATS server: give it as nats://HOST:PORT`,
  );
}

function invalid(option: string, message: string): ClusterError<'INVALID_OPTION'> {
  return new ClusterError('INVALID_OPTION', { option }, message);
}
