import type { ChildProcess } from 'node:child_process';
import { rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { WorkerGroup } from '../cgroup/index.ts';
import type { WorkerKind } from '../errors.ts';
import { kill } from './child.ts';
import type { Connection } from './connection.ts';
import { GivenArtifacts } from './given-artifacts.ts';
import type { RequestMemory } from './request-memory.ts';
import type { StderrTail } from './stderr-tail.ts';

/** Somebody else may hold a worker's stderr open after its end. */
const LAST_WORDS_MS = 1_000;

/**
 * A running worker. Its process leads a group of its own, which dies with it. Ends for one of three reasons: the
 * process exits, its standard output closes (all that the protocol promises), or the connection breaks.
 */
export class WorkerProcess {
  readonly kind: WorkerKind;
  readonly pid: number;
  /** The worker's root directory; its own. */
  readonly dir: string;
  readonly connection: Connection;
  /** Execute workers: artifacts that this process need not be given again. */
  readonly given = new GivenArtifacts();
  /** Where large requests may be put. */
  readonly memory: RequestMemory | undefined;
  readonly #child: ChildProcess;
  readonly #stderr: StderrTail;
  readonly #reaped: Promise<void>;
  readonly #group: WorkerGroup | undefined;
  #disposed: Promise<void> | undefined;

  constructor(
    kind: WorkerKind,
    dir: string,
    child: ChildProcess,
    stderr: StderrTail,
    reaped: Promise<void>,
    connection: Connection,
    owned: { group?: WorkerGroup | undefined; memory?: RequestMemory | undefined } = {},
  ) {
    this.kind = kind;
    this.pid = child.pid ?? 0;
    this.dir = dir;
    this.connection = connection;
    this.#child = child;
    this.#stderr = stderr;
    this.#reaped = reaped;
    this.#group = owned.group;
    this.memory = owned.memory;
  }

  /**
   * Adds what the worker wrote to stderr last to a message about its end; of one that is ending, its last words are
   * waited for.
   */
  async explain(message: string): Promise<string> {
    if (this.connection.isBroken) await this.#lastWords();
    return this.#stderr.explain(message);
  }

  async #lastWords(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const bound = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LAST_WORDS_MS);
    });
    await Promise.race([this.#stderr.ended, bound]);
    clearTimeout(timer);
  }

  /** Kills the worker with its job, waits until it is reaped and removes its directory. Never rejects. */
  dispose(): Promise<void> {
    this.#disposed ??= this.#dispose();
    return this.#disposed;
  }

  async #dispose(): Promise<void> {
    this.connection.destroy();
    this.#group?.kill();
    killGroup(this.#child);
    await this.#reaped;
    await Promise.all([removeDir(this.dir), this.#group?.remove(), this.memory?.close()]);
  }
}

/** SIGKILL to the child and to whatever is left of its process group. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    kill(child);
  }
}

const living = new Set<ChildProcess>();
let listening = false;

/**
 * Lets this process end although the worker runs (`KeepAlive` says when it must not), and has the worker end with it.
 * A worker notices by itself that its host is gone, but could still write into directories that go at exit.
 */
export function dieWithThisProcess(child: ChildProcess): void {
  for (const handle of [child, child.stdout, child.stderr]) (handle as ChildProcess | Socket | null)?.unref();
  if (child.pid === undefined) return;
  living.add(child);
  child.once('exit', () => living.delete(child));
  if (listening) return;
  listening = true;
  // First: the directories are removed by a listener of their own.
  process.prependOnceListener('exit', () => living.forEach(killGroup));
}

/** Best effort: what cannot be removed now is swept when the next host opens the cache directory. */
export async function removeDir(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 20 }).catch(() => {});
}
