import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { idsOf, rogueArguments, runRogue } from './run-rogue.ts';
import { until } from './sleeping-worker.ts';
import { USERS } from './users.ts';

const RUNNER = 'rogue-template.runner.ts';
/** `npm run hostile -- colluding` runs 1,000. */
const COLLUDED = 20;
/** In turn, in each of ten ways. */
const LOADED = 40;
/** As the worker's owner is promised. */
const GONE_AFTER_MS = 200;

const ANSWER = JSON.stringify([{ type: 'exited', status: 0 }, [7]]);
/** The worker has noticed that no job comes; it would else have waited for as long as it may. */
const NOT_WAITED_FOR = { own: 'no job was made', other: ANSWER, left: 0 };
/** Nobody but the template was there, and another PVF's candidate has its answer. */
const unharmed = (own: string) => ({ found: 0, own, later: 0, other: ANSWER, left: 0 });

describe.each(USERS)('a template that has been taken over, run by $name', ({ uid }) => {
  it.each([true, false])('makes no process that nobody ordered (namespaces: %s)', (namespaces) => {
    expect(runRogue(RUNNER, { namespaces, gate: true, what: 'strays' }, uid)).toEqual({
      first: ANSWER,
      breedsUnordered: unharmed('TemplateError: it would make a process that nobody ordered'),
      breedsOnOrder: unharmed(
        expect.stringMatching(/^TemplateError: (job N|process N)/) as unknown as string,
      ),
      breedsAfterOrder: unharmed(
        expect.stringMatching(
          /^(TemplateError: job N would make a process|\[\{"type":"exited")/,
        ) as unknown as string,
      ),
      jobBreeds: unharmed(expect.stringMatching(/^TemplateError: /) as unknown as string),
      takesAndDies: unharmed('TemplateError: job N ended before it began with its request'),
      ends: unharmed('TemplateError: the process takes no requests'),
      closesItsPipes: unharmed('TemplateError: the process has gone'),
      takesLongToFork: unharmed(ANSWER),
      confesses: unharmed('TemplateError: job N ended before it began with its request'),
      confessionsKept: 0,
      promisesAndSleeps: NOT_WAITED_FOR,
      promisesAndSpins: NOT_WAITED_FOR,
      promisesAndAsksAgain: NOT_WAITED_FOR,
      promisesAndDwells: NOT_WAITED_FOR,
      spins: true,
      other: ANSWER,
      spinsOn: false,
      childrenAtEnd: 0,
    });
  });

  it.each([true, false])('would, if the worker did not answer its calls (namespaces: %s)', (namespaces) => {
    expect(runRogue(RUNNER, { namespaces, gate: false, what: 'strays' }, uid)).toEqual({ found: 5 });
  });

  it('is one of many that do not load, and leaves nothing behind', () => {
    const order = { namespaces: true, what: 'loading', candidates: LOADED };
    expect(runRogue(RUNNER, order, uid)).toEqual({
      // Two of each ten say so.
      loaded: LOADED / 5,
      answered: 0,
      wrong: 0,
      descriptors: 0,
      left: 0,
    });
  });

  it('and another one like it change nothing for an honest one', () => {
    const order = { namespaces: true, gate: true, what: 'colluding', candidates: COLLUDED };
    const result = runRogue(RUNNER, order, uid) as Record<string, number>;
    expect(result).toMatchObject({ candidates: COLLUDED, wrong: 0, left: 0 });
    // Three templates, a job of each.
    expect(result.mostChildren).toBeLessThanOrEqual(6);
    expect(result.givenUp).toBeGreaterThan(0);
  });

  it.each([true, false])('leaves no process behind (namespaces: %s)', async (namespaces) => {
    expect(await survivors(namespaces, uid, true)).toEqual([]);
  });

  it.each([
    [true, 'SIGTERM'],
    [false, 'SIGHUP'],
  ] as const)(
    'leaves no process behind when all are told to end, whatever they block (namespaces: %s, %s)',
    async (namespaces, signal) => {
      expect(await survivors(namespaces, uid, true, signal)).toEqual([]);
    },
  );

  it.each([true, false])('would, if nobody watched over its worker (namespaces: %s)', async (namespaces) => {
    expect(await survivors(namespaces, uid, false)).toHaveLength(1);
  });
});

/**
 * Ends a worker with a job that never asked to end with it and blocks signals; what is still there after a while.
 * @param toAll a signal for the worker's process group, as services and terminals send it, instead of SIGKILL for the worker
 */
async function survivors(
  namespaces: boolean,
  uid: number | undefined,
  guarded: boolean,
  toAll?: NodeJS.Signals,
): Promise<number[]> {
  const order = { namespaces, gate: true, what: 'deserter' };
  const worker = spawn(process.execPath, rogueArguments(RUNNER, order, uid), {
    env: {},
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
    ...idsOf(uid),
  });
  const ended = once(worker, 'exit');
  onTestFinished(() => {
    if (worker.exitCode === null && worker.signalCode === null) process.kill(-worker.pid!, 'SIGKILL');
  });
  const said: Buffer[] = [];
  worker.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  const children = await until(() => {
    const text = Buffer.concat(said).toString();
    return text.endsWith(']') ? (JSON.parse(text) as number[]) : undefined;
  });
  expect(children).toHaveLength(2);
  onTestFinished(() => {
    for (const pid of children.filter(isAlive)) process.kill(pid, 'SIGKILL');
  });
  const guard = await until(() => guardOf(worker.pid!));
  if (!guarded) {
    process.kill(guard, 'SIGKILL');
    await until(() => (isAlive(guard) ? undefined : true));
  }
  if (toAll === undefined) process.kill(worker.pid!, 'SIGKILL');
  else process.kill(-worker.pid!, toAll);
  await ended;
  await new Promise((resolve) => setTimeout(resolve, GONE_AFTER_MS));
  return [...children, guard].filter(isAlive);
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}

/** The guard over a worker: of its process group, by its name, which it has once it runs. */
function guardOf(group: number): number | undefined {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const found = pids.filter((pid) => {
    try {
      const [, name, rest] = /^\d+ \((.*)\) (.*)$/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1').trim())!;
      return name === 'pvf-guard' && Number(rest!.split(' ')[2]) === group;
    } catch {
      return false;
    }
  });
  expect(found.length).toBeLessThanOrEqual(1);
  return found[0] === undefined ? undefined : Number(found[0]);
}
