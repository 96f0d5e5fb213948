import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import type { WorkerGroup } from '../cgroup/index.ts';
import { outliveBrokenPipes } from './child.ts';
import { Connection } from './connection.ts';
import { makeWorkerDir } from './directory.ts';
import { dieWithThisProcess, killGroup, removeDir, WorkerProcess } from './process.ts';
import { RequestMemory } from './request-memory.ts';
import type { SpawnSettings } from './spawn-settings.ts';
import { StderrTail } from './stderr-tail.ts';

/** The worker did not come up. */
export class SpawnError extends Error {
  override readonly name = 'SpawnError';
}

/** A worker's process that nobody has greeted yet, with its directory and the socket that it connects to. */
export class LaunchedWorker {
  readonly child: ChildProcess;
  readonly #settings: SpawnSettings;
  readonly #place: Place;
  readonly #stderr: StderrTail;
  readonly #reaped: Promise<void>;
  readonly #socket: Promise<Connection>;
  #gone = false;
  #onGone: (() => void) | undefined;
  #settled = false;

  private constructor(settings: SpawnSettings, place: Place, child: ChildProcess) {
    this.#settings = settings;
    this.#place = place;
    this.child = child;
    this.#stderr = new StderrTail(child, settings);
    this.#reaped = untilReaped(child);
    const ended = (): void => this.#ended();
    child.once('exit', ended);
    child.stdout?.once('end', ended);
    this.#socket = firstConnection(place.server, child).then(
      (socket) => new Connection(socket.unref(), ended),
    );
    // Nobody may be waiting for it yet.
    this.#socket.catch(() => {});
  }

  /**
   * @param words what the program is called with before the paths of its socket and directory
   * @throws SpawnError; nothing is left behind then
   */
  static async launch(settings: SpawnSettings, words: readonly string[]): Promise<LaunchedWorker> {
    const dir = await makeWorkerDir(settings.runDir, settings.kind);
    const socketPath = join(settings.socketDir, randomBytes(6).toString('hex'));
    const place: Place = { dir, socketPath, server: createServer().unref(), group: undefined };
    try {
      await mkdir(settings.socketDir, { recursive: true, mode: 0o700 });
      await listen(place.server, socketPath);
      const paths = ['--socket-path', socketPath, '--worker-dir-path', dir];
      place.group = makeGroup(settings);
      const group = place.group === undefined ? [] : ['--cgroup', place.group.path];
      const child = start(settings, [...words, ...paths, ...(settings.arguments ?? []), ...group], dir);
      return new LaunchedWorker(settings, place, child);
    } catch (error) {
      await stopListening(place);
      await Promise.all([removeDir(dir), place.group?.remove()]);
      throw toSpawnError(error);
    }
  }

  /**
   * Waits until the worker has connected and taken its handshake frames; once. It is ended if that fails.
   * @param onGone see `spawnWorker`
   * @throws SpawnError
   */
  async greet(
    handshakes: readonly Uint8Array[],
    signal: AbortSignal,
    onGone: () => void,
  ): Promise<WorkerProcess> {
    this.#settled = true;
    const { kind, program } = this.#settings;
    let memory: RequestMemory | undefined;
    try {
      const connection = await this.#connected(signal).catch((error) => {
        throw new SpawnError(`${program}: ${this.#stderr.explain(error)}`, { cause: error });
      });
      memory = await this.#openMemory();
      for (const handshake of handshakes) await connection.send([handshake]);
      if (this.#gone) throw new SpawnError(`${program} ended during the handshake`);
      this.#onGone = onGone;
      const { dir, group } = this.#place;
      const owned = { group, memory };
      return new WorkerProcess(kind, dir, this.child, this.#stderr, this.#reaped, connection, owned);
    } catch (error) {
      await memory?.close();
      await this.#end();
      throw toSpawnError(error);
    } finally {
      await stopListening(this.#place);
    }
  }

  /** Ends a process that nobody has greeted, and leaves nothing of it. */
  async dispose(): Promise<void> {
    if (this.#settled) return;
    this.#settled = true;
    await stopListening(this.#place);
    await this.#end();
  }

  /** Rejects when the child ends first, the time is over, or on abort. */
  async #connected(signal: AbortSignal): Promise<Connection> {
    signal.throwIfAborted();
    const { clock, timeoutMs } = this.#settings;
    const over = new AbortController();
    const stopped = new Promise<never>((_resolve, reject) => {
      const timer = clock.after(timeoutMs, () => reject(new Error(`did not connect within ${timeoutMs} ms`)));
      over.signal.addEventListener('abort', () => timer.cancel());
      signal.addEventListener('abort', () => reject(signal.reason), { signal: over.signal });
    });
    try {
      return await Promise.race([this.#socket, stopped]);
    } finally {
      over.abort();
    }
  }

  async #openMemory(): Promise<RequestMemory | undefined> {
    const { sharesMemory, kind, logger } = this.#settings;
    const { pid } = this.child;
    if (sharesMemory !== true || pid === undefined) return undefined;
    const memory = await RequestMemory.open(pid, () => !this.#gone);
    if (memory === undefined)
      logger.warn(
        { kind, workerPid: pid },
        'no memory is shared with a worker: large requests take the socket',
      );
    return memory;
  }

  #ended(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#onGone?.();
  }

  async #end(): Promise<void> {
    this.#socket.then(
      (connection) => connection.destroy(),
      () => {},
    );
    killGroup(this.child);
    await this.#reaped;
    await Promise.all([removeDir(this.#place.dir), this.#place.group?.remove()]);
  }
}

interface Place {
  dir: string;
  socketPath: string;
  server: Server;
  group: WorkerGroup | undefined;
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

async function stopListening({ server, socketPath }: Place): Promise<void> {
  server.close();
  await rm(socketPath, { force: true });
}

function toSpawnError(error: unknown): SpawnError {
  return error instanceof SpawnError ? error : new SpawnError(String(error), { cause: error });
}

function start(settings: SpawnSettings, args: readonly string[], dir: string): ChildProcess {
  const child = spawn(settings.program, args, {
    cwd: dir,
    env: settings.log === undefined ? {} : { RUST_LOG: settings.log },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  outliveBrokenPipes(child);
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

/** Later connections are refused. Rejects when the child ends first. */
async function firstConnection(server: Server, child: ChildProcess): Promise<Socket> {
  try {
    return await new Promise<Socket>((resolve, reject) => {
      server.once('connection', resolve);
      server.once('error', reject);
      child.once('error', reject);
      child.once('exit', (code, by) => {
        reject(new Error(`ended before it connected (${by ?? `exit status ${code}`})`));
      });
    });
  } finally {
    server.removeAllListeners('connection');
    server.on('connection', (socket) => socket.destroy());
  }
}
