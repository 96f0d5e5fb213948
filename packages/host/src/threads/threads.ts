import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { hash, promote, type TaskName, type Tasks, verify } from './tasks.ts';

/** Threads for work that would hold up the event loop. */
export type Threads = {
  run<N extends TaskName>(name: N, input: Tasks[N]['input']): Promise<Tasks[N]['output']>;
  /** Waits for nothing: tasks that run are abandoned. */
  close(): Promise<void>;
};

/** A thread without work for that long ends. */
const IDLE_MS = 30_000;

/** @param count 0 runs the tasks on the calling thread, as does a single-file build, which has no file for threads. */
export function startThreads(count: number): Threads {
  const filename = count === 0 ? undefined : threadFile();
  if (filename === undefined) return inline;
  const pool = new Piscina({
    filename,
    minThreads: 0,
    maxThreads: count,
    idleTimeout: IDLE_MS,
    // Tasks wait for disks most of their time.
    concurrentTasksPerWorker: 2,
    execArgv: [],
    recordTiming: false,
  });
  return {
    run: (name, input) => pool.run(input, { name }),
    close: () => pool.destroy(),
  };
}

/** Beside this file in the source; in the build this file is part of `dist/index.js`, and the thread is beside that. */
function threadFile(): string | undefined {
  const url: string | undefined = import.meta.url;
  if (url === undefined) return undefined;
  const path = fileURLToPath(new URL(url.endsWith('.ts') ? './thread.ts' : './thread.js', url));
  return existsSync(path) ? path : undefined;
}

const TASKS: { [N in TaskName]: (input: Tasks[N]['input']) => Promise<Tasks[N]['output']> } = {
  hash,
  promote,
  verify,
};

const inline: Threads = {
  run: (name, input) => TASKS[name](input),
  close: async () => {},
};
