import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { allocate, hash, promote, type Tasks, verify } from './tasks.ts';

/** A thread without work for that long ends. */
const IDLE_MS = 30_000;

/** Threads for work that would hold up the event loop. Each method is one of the functions in `tasks.ts`. */
export class Threads {
  /** Undefined: the tasks run on the calling thread. */
  readonly #pool: Piscina | undefined;

  /** @param count 0 runs the tasks on the calling thread, as does a single-file build, which has no file for threads. */
  constructor(count: number) {
    const filename = count === 0 ? undefined : threadFile();
    if (filename === undefined) return;
    this.#pool = new Piscina({
      filename,
      minThreads: 0,
      maxThreads: count,
      idleTimeout: IDLE_MS,
      // Tasks wait for disks most of their time.
      concurrentTasksPerWorker: 2,
      execArgv: [],
      recordTiming: false,
    });
  }

  hash(input: Tasks['hash']['input']): Promise<Tasks['hash']['output']> {
    return this.#pool?.run(input, { name: 'hash' }) ?? hash(input);
  }

  allocate(input: Tasks['allocate']['input']): Promise<Tasks['allocate']['output']> {
    return this.#pool?.run(input, { name: 'allocate' }) ?? allocate(input);
  }

  promote(input: Tasks['promote']['input']): Promise<Tasks['promote']['output']> {
    return this.#pool?.run(input, { name: 'promote' }) ?? promote(input);
  }

  verify(input: Tasks['verify']['input']): Promise<Tasks['verify']['output']> {
    return this.#pool?.run(input, { name: 'verify' }) ?? verify(input);
  }

  /** Undefined where it would hold up the calling thread. */
  get write(): ((input: Tasks['write']['input']) => Promise<Tasks['write']['output']>) | undefined {
    const pool = this.#pool;
    return pool && ((input) => pool.run(input, { name: 'write' }));
  }

  /** Waits for nothing: tasks that run are abandoned. */
  async close(): Promise<void> {
    await this.#pool?.destroy();
  }
}

/** Beside this file in the source; in the build this file is part of `dist/index.js`, and the thread is beside that. */
function threadFile(): string | undefined {
  const url: string | undefined = import.meta.url;
  if (url === undefined) return undefined;
  const path = fileURLToPath(new URL(url.endsWith('.ts') ? './thread.ts' : './thread.js', url));
  return existsSync(path) ? path : undefined;
}
