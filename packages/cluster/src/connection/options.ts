import { readFileSync } from 'node:fs';
import { type Authenticator, nkeys } from '@nats-io/nats-core';
import { credsAuthenticator, type NodeConnectionOptions, nkeyAuthenticator } from '@nats-io/transport-node';
import { ClusterError } from '../errors.ts';
import { identityOf } from './identity.ts';

/** How the servers are reached, and as whom. Passed on to the NATS client; nothing of it is ever logged. */
export interface ConnectOptions {
  /** `nats://HOST:PORT`, `tls://HOST:PORT`; a name and password, or a token, may stand before the host. */
  readonly servers: string | readonly string[];
  /** Path of a file with a user's JWT and NKey, as `nsc` makes them. Read again at each reconnect. */
  readonly credentials?: string;
  /** Path of a file with the seed of a user's NKey (`SU…`), where servers know users by NKey alone. Read again likewise. */
  readonly nkey?: string;
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
  const hosts: string[] = [];
  const servers = given.map((text) => {
    const url = parse(text.trim());
    hosts.push(url.hostname);
    if (url.protocol === 'tls:') tls = true;
    if (url.password !== '') {
      user ??= decodeURIComponent(url.username);
      password ??= decodeURIComponent(url.password);
    } else if (url.username !== '') token ??= decodeURIComponent(url.username);
    return url.host;
  });
  if (servers.length === 0) throw invalid('servers', 'no server is named');
  const checkServerIdentity = identityOf(hosts);
  const { ca, cert, key } = options.tls ?? {};
  for (const [option, path] of Object.entries({ ca, cert, key }))
    if (path !== undefined) readText(`tls.${option}`, path);
  const { credentials, nkey } = options;
  if (credentials !== undefined && nkey !== undefined)
    throw invalid('nkey', 'credentials hold an NKey of their own: give one of the two');
  return {
    servers,
    name: options.name ?? 'pvf',
    ...(user !== undefined && { user }),
    ...(password !== undefined && { pass: password }),
    ...(token !== undefined && { token }),
    ...(credentials !== undefined && { authenticator: credentialsOf(credentials) }),
    ...(nkey !== undefined && { authenticator: nkeyOf(nkey) }),
    ...(tls && {
      tls: {
        ...(ca !== undefined && { caFile: ca }),
        ...(cert !== undefined && { certFile: cert }),
        ...(key !== undefined && { keyFile: key }),
        ...(checkServerIdentity !== undefined && { checkServerIdentity }),
      },
    }),
  };
}

/** The addresses for messages: what may be secret is left out. */
export function shownServers(servers: string | readonly string[]): string[] {
  const list = typeof servers === 'string' ? servers.split(',') : servers;
  return list.map((server) => server.replace(/^(\w+:\/\/)?[^@/]*@/, '$1'));
}

/** Tried at once: what cannot work is told before there is a server. */
function credentialsOf(path: string): Authenticator {
  const authenticator = (nonce?: string) => {
    const text = readText('credentials', path);
    try {
      return credsAuthenticator(text)(nonce);
    } catch {
      throw invalid('credentials', `${path} holds no credentials of a NATS user: make them with nsc`);
    }
  };
  authenticator('');
  return authenticator;
}

function nkeyOf(path: string): Authenticator {
  const read = () => {
    const seed = readText('nkey', path).toString('latin1').trim();
    try {
      if (nkeys.fromSeed(Buffer.from(seed)).getPublicKey().startsWith('U')) return Buffer.from(seed);
    } catch {
      // as below
    }
    throw invalid('nkey', `${path} holds no seed of a user's NKey: one line that begins with SU`);
  };
  read();
  return (nonce?: string) => nkeyAuthenticator(read())(nonce);
}

function readText(option: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw invalid(option, `cannot read ${option} ${path} (${code}): name a file that can be read`);
  }
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
