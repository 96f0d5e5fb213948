import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { HostCgroup, WorkerGroup } from '../cgroup/index.ts';
import type { Clock } from '../clock.ts';
import type { WorkerKind } from '../errors.ts';
import { Connection } from './connection.ts';
import { makeWorkerDir } from './directory.ts';
import { dieWithThisProcess, killGroup, removeDir, WorkerProcess } from './process.ts';
import { StderrTail } from './stderr-tail.ts';

/** How one kind of worker is started. */
export type SpawnSettings = {
  kind: WorkerKind;
  program: string;
  /** Undefined: the worker does not check it. */
  nodeVersion: string | undefined;
  /** Where worker dirs are made. */
  runDir: string;
  /** Private directory for sockets, short enough for `sun_path`. */
  socketDir: string;
  timeoutMs: number;
  niceness: number | undefined;
  /** Value of the only environment variable; undefined for none. */
  log: string | undefined;
  /** More arguments, of which this program is known to know. */
  arguments?: readonly string[];
  /** For programs that know `--cgroup`: where each worker gets a control group. */
  cgroup?: HostCgroup | undefined;
  clock: Clock;
  logger: Logger;
};

/** The worker did not come up. */
export class SpawnError extends Error {
  override readonly name = 'SpawnError';
}

/**
 * Starts a worker program and waits until it has connected and taken its handshake frames.
 *
 * Everything that was made is taken back if that fails or `signal` is aborted.
 * @param handshakes encoded frames' payloads, in order
 * @param onGone called once when the worker has ended, for whatever reason; not before the promise resolves
 * @throws SpawnError with the end of what the program wrote to stderr
 */
export async function spawnWorker(
  settings: SpawnSettings,
  handshakes: readonly Uint8Array[],
  signal: AbortSignal,
  onGone: () => void,
): Promise<WorkerProcess> {
  signal.throwIfAborted();
  const dir = await makeWorkerDir(settings.runDir, settings.kind);
  const socketPath = join(settings.socketDir, randomBytes(6).toString('hex'));
  const server = createServer().unref();
  let child: ChildProcess | undefined;
  let reaped: Promise<void> = Promise.resolve();
  let group: WorkerGroup | undefined;
  try {
    await mkdir(settings.socketDir, { recursive: true, mode: 0o700 });
    await listen(server, socketPath);
    group = makeGroup(settings);
    child = start(settings, socketPath, dir, group);
    const stderr = new StderrTail(child, settings);
    reaped = untilReaped(child);
    const socket = await connected(settings, server, child, signal).catch((error) => {
      throw new SpawnError(`${settings.program}: ${stderr.explain(error)}`, { cause: error });
    });
    return await greet(settings, { dir, child, stderr, reaped, group }, socket, handshakes, onGone);
  } catch (error) {
    if (child !== undefined) killGroup(child);
    await reaped;
    await Promise.all([removeDir(dir), group?.remove()]);
    throw error instanceof SpawnError ? error : new SpawnError(String(error), { cause: error });
  } finally {
    server.close();
    await rm(socketPath, { force: true });
  }
}

/** Without one the worker watches its jobs' memory alone, as where there are no control groups. */
function makeGroup({ cgroup, kind, logger }: SpawnSettings): WorkerGroup | undefined {
  try {
    return cgroup?.makeGroup(kind);
  } catch (error) {
    logger.warn(
      { kind, error: String(error) },
      'no control group for a worker: the memory of its jobs is watched only',
    );
    return undefined;
  }
}

function start(
  settings: SpawnSettings,
  socketPath: string,
  dir: string,
  group: WorkerGroup | undefined,
): ChildProcess {
  const version = settings.nodeVersion === undefined ? [] : ['--node-impl-version', settings.nodeVersion];
  const args = [`${settings.kind}-worker`, ...version, '--socket-path', socketPath, '--worker-dir-path', dir];
  args.push(...(settings.arguments ?? []), ...(group === undefined ? [] : ['--cgroup', group.path]));
  const child = spawn(settings.program, args, {
    cwd: dir,
    env: settings.log === undefined ? {} : { RUST_LOG: settings.log },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  dieWithThisProcess(child);
  if (child.pid !== undefined && settings.niceness !== undefined) {
    try {
      setPriority(child.pid, settings.niceness);
    } catch (error) {
      settings.logger.warn(
        { kind: settings.kind, niceness: settings.niceness, error },
        'cannot set niceness',
      );
    }
  }
  return child;
}

/** The exit, not the end of the pipes: a job that outlives its worker could hold those. */
function untilReaped(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.on('error', () => {
      if (child.pid === undefined) resolve();
    });
  });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** The first connection; later ones are refused. Rejects when the child ends first, the deadline passes, or on abort. */
async function connected(
  { clock, timeoutMs }: SpawnSettings,
  server: Server,
  child: ChildProcess,
  signal: AbortSignal,
): Promise<Socket> {
  const over = new AbortController();
  try {
    return await new Promise<Socket>((resolve, reject) => {
      const timer = clock.after(timeoutMs, () => {
        reject(new Error(`did not connect within ${timeoutMs} ms`));
      });
      over.signal.addEventListener('abort', () => timer.cancel());
      signal.addEventListener('abort', () => reject(signal.reason), { signal: over.signal });
      server.once('connection', resolve);
      server.once('error', reject);
      child.once('error', reject);
      child.once('exit', (code, by) => {
        reject(new Error(`ended before it connected (${by ?? `exit status ${code}`})`));
      });
    });
  } finally {
    over.abort();
    server.removeAllListeners('connection');
    server.on('connection', (socket) => socket.destroy());
  }
}

async function greet(
  settings: SpawnSettings,
  {
    dir,
    child,
    stderr,
    reaped,
    group,
  }: {
    dir: string;
    child: ChildProcess;
    stderr: StderrTail;
    reaped: Promise<void>;
    group: WorkerGroup | undefined;
  },
  socket: Socket,
  handshakes: readonly Uint8Array[],
  onGone: () => void,
): Promise<WorkerProcess> {
  let ready = false;
  let gone = false;
  const ended = (): void => {
    if (gone) return;
    gone = true;
    if (ready) onGone();
  };
  const connection = new Connection(socket.unref(), ended);
  child.once('exit', ended);
  child.stdout?.once('end', ended);
  for (const handshake of handshakes) await connection.send([handshake]);
  if (gone) throw new SpawnError(`${settings.program} ended during the handshake`);
  ready = true;
  return new WorkerProcess(settings.kind, dir, child, stderr, reaped, connection, group);
}
