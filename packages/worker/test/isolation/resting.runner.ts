// A worker whose templates, taken over, take memory to hold it while they rest. Started by resting.test.ts under the
// workers' flags; prints what became of each as JSON.
import { SIGCONT, SIGSTOP } from '@pvf/linux/constants';
import { closeDescriptor, exitNow, killPid, pipe, readAllocated, sleep, writeAll } from '@pvf/sandbox-linux';
import { Template, TemplateError } from '../../src/index.ts';
import { ownChildren } from '../../src/own-children.ts';
import {
  answer,
  type Ends,
  end,
  fork,
  HOARD_BYTES,
  hoard,
  hoardTables,
  job,
  onOrders,
  type RogueOrder,
  runOn,
  startHonest,
  startRogue,
} from './rogue.ts';

interface Order extends RogueOrder {
  /** False: nothing is known of what they may hold, to show what a template could do. */
  readonly measured: boolean;
}
const { measured }: Order = JSON.parse(process.argv[2]!);
/** Times that one is told to rest: before each it has some milliseconds of a processor, or none if it is busy. */
const RESTS = 20;
const RESTS_WHILE_CALLED = 50;
const TRIES = 10;
const NAP_MS = 10;
/** On a machine with much else to do. */
const PATIENCE_NAPS = 2_000;
/** That one which goes on may need to take what it wants. */
const NAPS_TO_GROW = 20;
/** A process that sees so much time go by at once was stopped. */
const STOPPED_MS = 5;

interface Outcome {
  readonly own: string;
  readonly other: string;
  readonly hoards: boolean;
}

type Held = () => ReadonlyMap<number, number>;

/** What those that are not `others` hold beyond this process, in bytes; by pid. */
function heldBy(others: ReadonlySet<number>): ReadonlyMap<number, number> {
  const base = readAllocated(job.procFd!, process.pid)!;
  const pids = ownChildren(job.procFd)!.filter((pid) => !others.has(pid));
  return new Map(pids.map((pid) => [pid, readAllocated(job.procFd!, pid)! - base]));
}

const isHoard = (bytes: number): boolean => bytes > HOARD_BYTES / 2;
const patiently = (holds: () => boolean): boolean => {
  for (let naps = 0; !holds() && naps < PATIENCE_NAPS; naps++) sleep(NAP_MS);
  return holds();
};

/**
 * What becomes of a template that is to rest again and again.
 *
 * @param calls the host has another PVF's candidate each time; else the worker is idle
 * @param atRest what happens then, once
 */
function rests(
  conduct: (ends: Ends) => void,
  { calls = false, atRest }: { calls?: boolean; atRest?: (rogue: Template, held: Held) => void } = {},
): Outcome {
  const others = new Set(ownChildren(job.procFd));
  const held = (): ReadonlyMap<number, number> => heldBy(others);
  const host = pipe();
  if (calls) writeAll(host.writeFd, Uint8Array.of(1));
  const rogue = startRogue((ends) => onOrders(ends, () => conduct(ends)), host.readFd);
  if (measured) rogue.keep(0);
  const rounds = calls ? RESTS_WHILE_CALLED : atRest === undefined ? RESTS : 1;
  let own = 'rests';
  for (let round = 0; own === 'rests' && round < rounds; round++) {
    try {
      rogue.prepareJob();
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      own = error.message;
      end(rogue);
    }
    if (calls) runOn(victim);
    if (own === 'rests') atRest?.(rogue, held);
    if (own === 'rests' && rogue.isClosed) own = 'ended';
    if (!measured && [...held().values()].some(isHoard)) break;
  }
  patiently(() => Template.look() === Number.POSITIVE_INFINITY);
  const hoards = [...held().values()].some(isHoard);
  const other = runOn(victim);
  end(rogue);
  for (const fd of Object.values(host)) closeDescriptor(fd);
  return { own, other, hoards };
}

/** Has a process take memory while it rests, as the kernel does that puts pages of it into larger ones. */
const grow =
  (whose: 'its own' | 'its job’s') =>
  (rogue: Template, held: Held): void => {
    const pid = [...held().keys()].find((each) => (each === rogue.pid) === (whose === 'its own'))!;
    const isGrown = () => isHoard(held().get(pid) ?? 0);
    // Stopped before it came to where it would notice, it takes the next stop for the first.
    patiently(() => {
      killPid(pid, SIGSTOP);
      sleep(2 * STOPPED_MS);
      killPid(pid, SIGCONT);
      for (let naps = 0; !isGrown() && naps < NAPS_TO_GROW; naps++) sleep(NAP_MS);
      return isGrown();
    });
    killPid(pid, SIGSTOP);
    if (measured) patiently(() => Template.lookAtRest() >= 0 && rogue.isClosed);
  };

const takes =
  (take: () => void) =>
  (ends: Ends): void => {
    take();
    fork(() => answer(ends));
  };
const hasItsJobTake =
  (take: () => void) =>
  (ends: Ends): void => {
    fork(() => {
      take();
      return answer(ends);
    });
  };
/** Once it has been stopped, and goes on. */
const later = (take: () => void) => (): void => {
  for (let seen = performance.now(); performance.now() - seen < STOPPED_MS; seen = performance.now());
  take();
};

const victim = startHonest();
/** On a busy machine one may be ended for how long it takes to stop, which is no measure of what it holds. */
function patientlyUnmeasured(attempt: () => Outcome): Outcome {
  for (let tries = 1; ; tries++) {
    const outcome = attempt();
    if (measured || outcome.hoards || tries === TRIES) return outcome;
  }
}
const attempts = (calls: boolean): Record<string, Outcome> => ({
  modest: rests(
    takes(() => {}),
    { calls },
  ),
  memory: rests(takes(hoard), { calls }),
  memoryOfItsJob: rests(hasItsJobTake(hoard), { calls }),
  pageTables: rests(takes(hoardTables), { calls }),
  pageTablesOfItsJob: rests(hasItsJobTake(hoardTables), { calls }),
});
/** That has made its job before. */
const grows = (take: () => void): Outcome => {
  const conduct = (ends: Ends): void => {
    fork(() => answer(ends));
    later(take)();
  };
  return patientlyUnmeasured(() => rests(conduct, { atRest: grow('its own') }));
};
const jobGrows = (take: () => void): Outcome =>
  patientlyUnmeasured(() => rests(hasItsJobTake(later(take)), { atRest: grow('its job’s') }));

const first = runOn(victim);
const result = {
  first,
  idle: measured
    ? attempts(false)
    : // Whether the others come to it before they are stopped is a matter of luck.
      {
        memory: patientlyUnmeasured(() => rests(takes(hoard))),
        pageTables: patientlyUnmeasured(() => rests(takes(hoardTables))),
      },
  ...(measured && { whileCalled: attempts(true) }),
  atRest: {
    memory: grows(hoard),
    memoryOfItsJob: jobGrows(hoard),
    pageTables: grows(hoardTables),
    pageTablesOfItsJob: jobGrows(hoardTables),
  },
};
end(victim);
writeAll(1, Buffer.from(JSON.stringify({ ...result, left: ownChildren(job.procFd)!.length })));
exitNow(0);
