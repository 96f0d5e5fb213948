import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The server that the checks were made with. */
export const SERVER_VERSION = '2.15.3';
const INSTALL = `go install github.com/nats-io/nats-server/v2@v${SERVER_VERSION}`;

/** Where `.ci/run` installs it. */
const CACHED = fileURLToPath(new URL('../../../../.pvf-cache/nats/nats-server', import.meta.url));

/**
 * Path of the server: what `NATS_SERVER` says and nothing else, or in the checkout's `.pvf-cache/nats`, in `PATH`, or where `go
 * install` puts it. Throws with what to do if there is none.
 */
export function serverProgram(): string {
  const { NATS_SERVER, GOBIN, GOPATH } = process.env;
  const usual = [
    CACHED,
    'nats-server',
    ...(GOBIN === undefined ? [] : [join(GOBIN, 'nats-server')]),
    join(GOPATH ?? join(homedir(), 'go'), 'bin', 'nats-server'),
  ];
  const tried = NATS_SERVER === undefined || NATS_SERVER === '' ? usual : [NATS_SERVER];
  for (const program of tried) {
    try {
      execFileSync(program, ['--version'], { stdio: 'ignore' });
      return program;
    } catch {
      // the next
    }
  }
  throw new Error(
    `no NATS server (tried ${tried.join(', ')}): install it with \`${INSTALL}\`, or name it in NATS_SERVER`,
  );
}

export interface Server {
  readonly url: string;
  readonly process: ChildProcess;
  kill(signal?: NodeJS.Signals): Promise<void>;
  restart(): Promise<void>;
  /** Changes its configuration while it runs. */
  reload(change: (text: string) => string): Promise<void>;
}

export interface Servers {
  readonly list: readonly Server[];
  /** Of all of them. */
  readonly url: string;
  close(): Promise<void>;
}

/** Ports of loopback that nobody has at the moment. */
export async function freePorts(count: number): Promise<number[]> {
  const probes = await Promise.all(
    Array.from({ length: count }, async () => {
      const probe = createServer().listen(0, '127.0.0.1');
      await once(probe, 'listening');
      return probe;
    }),
  );
  const ports = probes.map((probe) => (probe.address() as { port: number }).port);
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))));
  return ports;
}

/** Starts servers on loopback with JetStream, as a cluster if there is more than one. @param extra lines of configuration */
export async function startServers(count: number, extra = ''): Promise<Servers> {
  const ports = await freePorts(2 * count);
  const routes = ports.slice(count).map((port) => `"nats-route://127.0.0.1:${port}"`);
  return await startConfigured(ports.slice(0, count), (index, store) => {
    const cluster =
      count === 1
        ? ''
        : `cluster { name: pvf-check, listen: "127.0.0.1:${ports[count + index]}", routes: [${routes.join(', ')}] }`;
    return `server_name: s${index}
listen: "127.0.0.1:${ports[index]}"
jetstream { store_dir: "${store}", max_file_store: 4GB, max_memory_store: 256MB }
${cluster}
${extra}
`;
  });
}

/**
 * Starts servers with what `configure` writes.
 * @param ports of loopback, for clients, one for each server
 * @param configure told which server it is, from 0, and where it may store
 */
export async function startConfigured(
  ports: readonly number[],
  configure: (index: number, store: string) => string,
): Promise<Servers> {
  const program = serverProgram();
  const directory = mkdtempSync(join(tmpdir(), 'pvf-nats-'));
  const list = ports.map((port, index) => {
    const file = join(directory, `${index}.conf`);
    writeFileSync(file, configure(index, join(directory, `s${index}`)));
    return launch(program, file, `nats://127.0.0.1:${port}`);
  });
  const servers: Servers = {
    list,
    url: list.map(({ url }) => url).join(','),
    async close() {
      await Promise.all(list.map((server) => server.kill('SIGKILL')));
      rmSync(directory, { recursive: true, force: true });
    },
  };
  try {
    await Promise.all(list.map(ready));
  } catch (error) {
    await servers.close();
    throw error;
  }
  return servers;
}

function launch(program: string, file: string, url: string): Server {
  const start = () => spawn(program, ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let child = start();
  child.stderr?.resume();
  return {
    url,
    get process() {
      return child;
    },
    async kill(signal = 'SIGKILL') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill(signal);
      await exit;
    },
    async reload(change) {
      writeFileSync(file, change(readFileSync(file, 'utf8')));
      child.kill('SIGHUP');
    },
    async restart() {
      child = start();
      child.stderr?.resume();
      await ready(this);
    },
  };
}

/** Until it accepts connections; what it says at its end is told. */
export async function ready(server: Pick<Server, 'url' | 'process'>): Promise<void> {
  const { port } = new URL(server.url);
  const { Socket } = await import('node:net');
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (server.process.exitCode !== null)
      throw new Error(`the NATS server ended with ${server.process.exitCode}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = new Socket();
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.connect(Number(port), '127.0.0.1');
      socket.unref();
      setTimeout(() => socket.destroy(), 500).unref();
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the NATS server at ${server.url} does not come up`);
}
