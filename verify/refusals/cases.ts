import { spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { outcomeOf } from '../../packages/execute-worker/test/support/one-job.ts';
import { USERS, type WorkerKind } from '../../packages/execute-worker/test/support/raw-worker.ts';
import {
  DISPENSABLE,
  DISPENSABLE_TO_HOSTS,
  refusing,
  SET_UP,
  WAYS,
} from '../../packages/execute-worker/test/support/refusals.ts';
import type { Prepared } from '../../packages/execute-worker/test/support/workers.ts';
import { limiting, type MainJob, mainJob, RIGHT } from '../../packages/host/test/support/main-job.ts';

/** Some refusals are found out by workers that are started five times, each of which may take ten seconds to die. */
const PATIENCE_MS = 180_000;
/** For what is not expected to end at all. */
const NO_PATIENCE_MS = 30_000;
const LOADS = `import ${JSON.stringify(import.meta.resolve('@pvf/host'))}`;
const LAUNCHERS = join(import.meta.dirname, '../../packages');
const KINDS: readonly WorkerKind[] = ['prepare', 'execute'];

/** `soft:hard`: nothing, little, what systemd and Docker give, and what is needed. */
const LIMITS: Readonly<Record<string, readonly string[]>> = {
  stack: ['0:0', '65536:65536', '8388608:8388608', '8388608:'],
  nofile: ['0:0', '20:20', '127:127', '1024:', '1048576:1048576'],
  as: ['0:0', '1000000:1000000', '20000000000:20000000000'],
  fsize: ['0:0', '1000000:1000000', '20000000:20000000'],
  cpu: ['0:0', '1:1', '4:4'],
  nproc: ['0:0', '1:1', '20:20'],
  sigpending: ['0:0', '1:1'],
  memlock: ['0:0', '65536:65536', '8388608:8388608'],
};

/** How a case ended: as it should (the answers were right, or a start was refused in words), or not. */
export type Ending =
  | { good: true; how: 'right' | 'refused' | 'no Node runs' | 'killed'; words: string }
  | { good: false; words: string };

export interface Case {
  name: string;
  run(): Promise<Ending>;
}

/**
 * Every system call in every way and every limit, for whole hosts, for the workers of a host that is left alone, and for
 * worker programs without a host; as each user.
 * @param prepared what execute workers are given
 */
export function allCases(prepared: Prepared): Case[] {
  return USERS.flatMap(([, uid]) => [
    ...Object.entries(LIMITS).flatMap(([limit, values]) =>
      values.map((value) => ({
        name: `host limit ${limit} ${value} ${userName(uid)}`,
        run: () => wholeHost(limiting(limit, value), uid),
      })),
    ),
    ...SET_UP.flatMap((call) =>
      WAYS.flatMap((way) => {
        const words = refusing([call], way);
        const named = (what: string): string => `${what} ${call} ${way} ${userName(uid)}`;
        return [
          {
            name: named('host'),
            run: async () => must(DISPENSABLE_TO_HOSTS.includes(call), await wholeHost(words, uid)),
          },
          {
            name: named('workers'),
            run: async () => must(DISPENSABLE.includes(call), await workersOfAHost(words, uid)),
          },
          ...KINDS.map((kind) => ({
            name: named(kind),
            run: async () => must(DISPENSABLE.includes(call), await alone(kind, words, uid, prepared)),
          })),
        ];
      }),
    ),
  ]);
}

const userName = (uid: number | undefined): string => (uid === undefined ? 'current user' : 'ordinary user');

/** What workers can do without must not keep them from answering. */
function must(answer: boolean, ending: Ending): Ending {
  if (!answer || !ending.good || ending.how === 'right') return ending;
  return { good: false, words: `can be done without, and still: ${ending.words}` };
}

async function wholeHost(words: readonly string[], uid: number | undefined): Promise<Ending> {
  return await inDirectory(uid, async (dir) => {
    const nodeRuns = await runsNode(words, uid);
    const result = await mainJob(words, uid, dir, nodeRuns ? PATIENCE_MS : NO_PATIENCE_MS);
    // What kills the host itself, such as a filter or a signal handler that cannot return, leaves it no words.
    if (nodeRuns && result.end.startsWith('SIG') && result.said === undefined)
      return { good: true, how: 'killed', words: result.stderr };
    if (nodeRuns) return judged(result);
    // Nobody can ask more of a host than that it loads; but what it says must still be right.
    const { end, stderr, said } = result;
    const ending = said === undefined ? undefined : judged({ ...result, end: '0' });
    return ending?.good === false ? ending : { good: true, how: 'no Node runs', words: `${end}: ${stderr}` };
  });
}

/** Whether a Node that loads the host, and does nothing with it, starts and ends. */
function runsNode(words: readonly string[], uid: number | undefined): Promise<boolean> {
  const [command = '', ...args] = [...words, process.execPath, '--input-type=module', '-e', LOADS];
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: 'ignore',
      timeout: NO_PATIENCE_MS,
      killSignal: 'SIGKILL',
      ...(uid !== undefined && { uid, gid: uid }),
    });
    child.on('close', (status) => resolve(status === 0));
  });
}

async function workersOfAHost(words: readonly string[], uid: number | undefined): Promise<Ending> {
  return await inDirectory(uid, async (dir) => {
    const [cache, programs] = ['cache', 'programs'].map((name) => join(dir, name)) as [string, string];
    for (const path of [cache, programs]) mkdirSync(path);
    const command = words.map((word) => `'${word}'`).join(' ');
    for (const kind of KINDS) {
      const [name, path] = [`pvf-${kind}-worker`, join(programs, `pvf-${kind}-worker`)];
      writeFileSync(path, `#!/bin/sh\nexec ${command} '${LAUNCHERS}/${kind}-worker/bin/${name}' "$@"\n`);
      chmodSync(path, 0o755);
    }
    return judged(await mainJob([], uid, cache, PATIENCE_MS, programs));
  });
}

function judged({ said, refused, message = '', end, stderr }: MainJob): Ending {
  const words = JSON.stringify({ said, refused, message, end, stderr });
  if (end !== '0') return { good: false, words };
  if (said !== undefined) {
    const answers = said.map(({ kind, vote }) => ({ kind, vote }));
    return isDeepStrictEqual(answers, RIGHT)
      ? { good: true, how: 'right', words: '' }
      : { good: false, words };
  }
  // A code of a host's own errors, and more than a code.
  return /^[A-Z_]+$/.test(refused ?? '') && message.length > (refused ?? '').length + 20
    ? { good: true, how: 'refused', words: `${refused}: ${message}` }
    : { good: false, words };
}

async function alone(
  kind: WorkerKind,
  words: readonly string[],
  uid: number | undefined,
  prepared: Prepared,
): Promise<Ending> {
  const cleanups: (() => unknown)[] = [];
  try {
    const before = `set -- ${words.map((word) => `'${word}'`).join(' ')} "$@"`;
    const over = new Promise<string>((resolve) => {
      const timer = setTimeout(() => resolve('hangs'), PATIENCE_MS);
      cleanups.push(() => clearTimeout(timer));
    });
    const outcome = await Promise.race([
      outcomeOf(kind, { uid, before }, prepared, (cleanup) => cleanups.push(cleanup)),
      over,
    ]);
    if (outcome === 'Ok') return { good: true, how: 'right', words: '' };
    // Ended before it took its request; with which words is no matter where Node itself does not start.
    return outcome.startsWith('ended with ')
      ? { good: true, how: 'refused', words: outcome }
      : { good: false, words: outcome };
  } finally {
    for (const cleanup of cleanups.reverse()) await cleanup();
  }
}

async function inDirectory<T>(uid: number | undefined, use: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'pvf-refusals-'));
  try {
    chmodSync(dir, 0o755);
    if (uid !== undefined) chownSync(dir, uid, uid);
    return await use(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
