import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PvfHost } from '@pvf/host';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { createClient } from '../../src/client/index.ts';
import { PvfServer, type PvfServerOptions } from '../../src/index.ts';
import { type FakeHost, fakeHost } from './fake-host.ts';

export const TOKEN = 'a-token-of-the-tests';
export const BOMB_LIMIT = 30 * 1024 * 1024;
type Cleanup = (end: () => void | Promise<void>) => void;

export function temporaryDirectory(cleanup: Cleanup = onTestFinished): string {
  const directory = mkdtempSync(join(tmpdir(), 'pvf-serve-test-'));
  cleanup(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A host with real workers, closed after the test. */
export async function realHost(cleanup: Cleanup = onTestFinished): Promise<PvfHost> {
  const host = await PvfHost.start({ logger: pino({ level: 'silent' }), spawnTimeoutMs: 60_000 });
  cleanup(() => host.close());
  return host;
}

/** A service of a host on TCP and a Unix socket, closed after the test. */
export async function serve(
  host: PvfHost,
  options: Partial<PvfServerOptions> = {},
  cleanup: Cleanup = onTestFinished,
): Promise<{ server: PvfServer; url: string; socket: string; client: ReturnType<typeof createClient> }> {
  const socket = join(temporaryDirectory(cleanup), 'socket');
  const server = await PvfServer.start({
    host,
    socket,
    tcp: { port: 0, token: TOKEN },
    dashboard: false,
    ...options,
  });
  cleanup(() => server.close(0));
  const url = server.url as string;
  return { server, url, socket, client: createClient({ baseUrl: url, token: TOKEN }) };
}

/** The same of a host whose answers the test gives. */
export async function serveFake(options: Partial<PvfServerOptions> = {}): Promise<{
  fake: FakeHost;
  server: PvfServer;
  url: string;
  socket: string;
  client: ReturnType<typeof createClient>;
}> {
  const fake = fakeHost();
  return { fake, ...(await serve(fake.host, options)) };
}

export const AUTHORIZED = { authorization: `Bearer ${TOKEN}` };
