import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { descendantsOf, type ProcessInfo } from '@pvf/test-kit';
import { pause } from './pause.ts';
import type { Random } from './random.ts';

/** A stopped process goes on after at most this: far within the wall-clock limit of what it does. */
const MAX_STOP_MS = 1_500;
const HOG_MS = 1_000;
/** Of the hosts here: short, so that many second tries are met by a second fault. */
export const MAX_RETRY_PAUSE_MS = 200;

export type TroubleName = keyof typeof TROUBLES;

/** Does something bad every now and then until `stop` is aborted. */
export async function makeTrouble(
  cacheDir: string,
  random: Random,
  stop: AbortSignal,
  onTrouble: (name: TroubleName) => void,
): Promise<void> {
  const names = Object.keys(TROUBLES) as TroubleName[];
  while (!stop.aborted) {
    await pause(random, 400);
    const name = random.pick(names);
    if (name !== undefined && TROUBLES[name](random, cacheDir)) onTrouble(name);
  }
}

/** Each says whether it found something to harm. */
const TROUBLES = {
  'kill a worker': killWorker,
  'kill a job': killJob,
  // The second one meets the other try, or whatever else runs then.
  'kill a job, then a worker': (random: Random) => inRow(random, killJob, killWorker),
  'kill a job, then flip all artifacts': (random: Random, dir: string) =>
    inRow(random, killJob, () => flipAll(dir, random)),
  'flip all artifacts, then kill a job': (random: Random, dir: string) =>
    inRow(random, () => flipAll(dir, random), killJob),
  'stop a worker for a while': (random: Random) => stopFor(random.pick(workers()), random),
  'stop a job for a while': (random: Random) => stopFor(random.pick(jobs()), random),
  // Of executions: a preparation would not end in the life of a host, which `insist` takes for one begun anew for ever.
  'slow a job': (random: Random) => slow(random.pick(jobs(executeWorkers()))),
  'starve all of CPU': () => hog(),
  'delete an artifact': (random: Random, dir: string) =>
    onFile(random, artifacts(dir), (path) => rmSync(path)),
  'truncate an artifact': (random: Random, dir: string) =>
    onFile(random, artifacts(dir), (path) => truncateSync(path, random.int(0, 1_000))),
  'flip a byte of an artifact': (random: Random, dir: string) =>
    onFile(random, artifacts(dir), (path) => flip(path, random)),
  'delete a worker directory': (random: Random, dir: string) =>
    onFile(random, workerDirs(dir), (path) => rmSync(path, { recursive: true, force: true })),
  'delete the cache directory': (random: Random, dir: string) =>
    // Everything is lost with it, so that nothing else would be tried if it happened as often as the rest.
    random.int(1, 4) === 1 && onFile(random, [dir], (path) => rmSync(path, { recursive: true })),
  'litter a worker directory': (random: Random, dir: string) =>
    onFile(random, workerDirs(dir), (path) => {
      mkdirSync(join(path, 'litter', 'more'), { recursive: true });
      writeFileSync(join(path, 'litter', 'file'), 'x');
    }),
} satisfies Record<string, (random: Random, cacheDir: string) => boolean>;

/** A second fault as soon as the first one is tried again. */
function inRow(
  random: Random,
  first: (random: Random) => boolean,
  second: (random: Random) => void,
): boolean {
  if (!first(random)) return false;
  setTimeout(() => second(random), MAX_RETRY_PAUSE_MS + random.int(0, 100));
  return true;
}

function killJob(random: Random): boolean {
  return signal(random.pick(jobs()), 'SIGKILL');
}

function killWorker(random: Random): boolean {
  return signal(random.pick(workers()), 'SIGKILL');
}

function workers(): ProcessInfo[] {
  return descendantsOf(process.pid)
    .filter(({ parent }) => parent === process.pid)
    .filter(isWorker);
}

function executeWorkers(): ProcessInfo[] {
  return workers().filter(({ command }) => command.includes('execute-worker --'));
}

/** Everything below these workers. */
function jobs(of = workers()): ProcessInfo[] {
  return of.flatMap(({ pid }) => descendantsOf(pid));
}

function isWorker({ command }: ProcessInfo): boolean {
  return command.includes('-worker --');
}

/** Only to processes that are ours at this moment: a PID may belong to somebody else later. */
function signal(target: ProcessInfo | undefined, name: NodeJS.Signals): boolean {
  if (target === undefined || !descendantsOf(process.pid).some(({ pid }) => pid === target.pid)) return false;
  try {
    process.kill(target.pid, name);
    return true;
  } catch {
    return false;
  }
}

function stopFor(target: ProcessInfo | undefined, random: Random): boolean {
  if (!signal(target, 'SIGSTOP')) return false;
  setTimeout(() => signal(target, 'SIGCONT'), random.int(1, MAX_STOP_MS));
  return true;
}

function slow(target: ProcessInfo | undefined): boolean {
  if (target === undefined) return false;
  try {
    setPriority(target.pid, 19);
    return true;
  } catch {
    return false;
  }
}

function hog(): boolean {
  const program = `const end = Date.now() + ${HOG_MS}; while (Date.now() < end);`;
  const child = spawn(process.execPath, ['-e', program], { stdio: 'ignore' });
  child.on('error', () => {});
  return true;
}

function artifacts(dir: string): string[] {
  return list(dir).filter((path) => path.endsWith('.pvf'));
}

function workerDirs(dir: string): string[] {
  return list(dir)
    .filter((path) => path.includes('/run-'))
    .flatMap(list)
    .filter((path) => path.includes('/worker-dir-'));
}

function list(dir: string): string[] {
  try {
    return readdirSync(dir).map((name) => join(dir, name));
  } catch {
    return [];
  }
}

function onFile(random: Random, paths: string[], harm: (path: string) => void): boolean {
  const path = random.pick(paths);
  if (path === undefined) return false;
  try {
    harm(path);
    return true;
  } catch {
    // It went away, or the host does not let it be harmed.
    return false;
  }
}

function flipAll(dir: string, random: Random): boolean {
  let flipped = false;
  for (const path of artifacts(dir)) flipped = onFile(random, [path], () => flip(path, random)) || flipped;
  return flipped;
}

function flip(path: string, random: Random): void {
  const content = readFileSync(path);
  const at = random.int(0, Math.max(0, content.length - 1));
  content[at] = (content[at] ?? 0) ^ (1 << random.int(0, 7));
  writeFileSync(path, content);
}
