// A worker some of whose templates have been taken over. Started by rogue-template.test.ts under the workers' flags; prints
// what became of it as JSON.
import { randomBytes } from 'node:crypto';
import { F_GETFD } from '@pvf/linux/constants';
import {
  addressOf,
  closeDescriptor,
  exitNow,
  pipe,
  readFully,
  readSmallFile,
  sleep,
  viewOf,
  writeAll,
} from '@pvf/sandbox-linux';
import { type Template, TemplateError, type TemplateJob } from '../../src/index.ts';
import { ownChildren } from '../../src/own-children.ts';
import { COMMAND_BYTES } from '../../src/template/template-process.ts';
import { call, memory, PAGE } from './native.ts';
import {
  A_WHILE_MS,
  answer,
  children,
  dwell,
  type Ends,
  end,
  fork,
  hoard,
  hoardTables,
  job,
  LIMITS,
  onOrders,
  promise,
  READY,
  RIGHT,
  type RogueOrder,
  runOn,
  sleepForEver,
  spinForEver,
  spread,
  startHonest,
  startLoading,
  startRogue,
} from './rogue.ts';

interface Order extends RogueOrder {
  /**
   * What becomes of strays is reported; or the worker only waits to be killed with one about; or two such templates do
   * all they can while a third one runs `candidates`; or as many are started, one after the other, that do not load as they
   * should.
   */
  readonly what: 'strays' | 'deserter' | 'colluding' | 'loading';
  readonly candidates?: number;
}
const { gate = true, what, candidates = 0 }: Order = JSON.parse(process.argv[2]!);
const STRAYS = 5;
const MAX_DESCRIPTORS = 1024;
const SOME_TICKS = 5;
/** For each candidate of a template that was taken over. */
const HOSTILE_CPU_NS = 20e6;
/** For those that do not come to an end with loading. */
const LOADING_CPU_NS = 20e6;
/** On a machine with much else to do. */
const PATIENCE_MS = 20_000;
/** What a job says in place of that it begins. */
const NOT_BEGUN = 0;
const SIG_BLOCK = 0;
const SIGNAL_SET_BYTES = 8;

const breed = (body: () => never = sleepForEver): void => {
  for (let i = 0; i < STRAYS; i++) fork(body);
};
/** Ends by SIGKILL alone from here on, with all that is forked. */
const blockSignals = (): void => {
  call('rt_sigprocmask', SIG_BLOCK, memory(Buffer.alloc(SIGNAL_SET_BYTES, 0xff)), 0, SIGNAL_SET_BYTES);
};
/** Never says that it begins, but something else. */
const confess = ({ command, result }: Ends, words: Uint8Array): never => {
  readFully(command, new Uint8Array(COMMAND_BYTES));
  writeAll(result, Uint8Array.of(NOT_BEGUN));
  writeAll(result, words);
  return exitNow(1);
};
/** Fields of proc_pid_stat(5) of each child, from its state on. */
const statsOfChildren = (): string[][] =>
  ownChildren(job.procFd)!.map((pid) => {
    const stat = readSmallFile(`${pid}/stat`, job.procFd);
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  });

/** Processor time of all children, in ticks of 10 ms. */
const ticks = (): number =>
  statsOfChildren().reduce((sum, fields) => sum + Number(fields[11]) + Number(fields[12]), 0);

/** Waits with patience: a process that was stopped, and has no processor just then, stops once it has one. */
function waitUntil(holds: () => boolean): boolean {
  for (let waited = 0; !holds() && waited < PATIENCE_MS; waited += A_WHILE_MS) sleep(A_WHILE_MS);
  return holds();
}

/** How often the bytes are in this process's memory, but for where they are now. */
function copiesOf(bytes: Uint8Array): number {
  const own = addressOf(bytes);
  let copies = 0;
  for (const line of readSmallFile('self/maps', job.procFd).split('\n')) {
    const [, low = '', high = ''] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
    if (low === '') continue;
    const start = Number.parseInt(low, 16);
    const region = Buffer.from(viewOf(start, Number.parseInt(high, 16) - start));
    for (let at = region.indexOf(bytes); at >= 0; at = region.indexOf(bytes, at + 1))
      if (start + at !== own) copies++;
  }
  return copies;
}

/** What a template does, and what becomes of its own candidate and of another PVF's. */
function against(victim: Template, conduct: (ends: Ends) => void): Record<string, unknown> {
  const before = children();
  const rogue = startRogue(conduct);
  sleep(A_WHILE_MS);
  const found = children() - before - 1;
  const own = runOn(rogue);
  sleep(A_WHILE_MS);
  const later = children() - before - 1;
  const other = runOn(victim);
  end(rogue);
  const left = children() - before;
  return { found, own, later, other, left };
}

/**
 * A template that has the worker wait for a job that never comes, while another PVF's candidate is due.
 *
 * @param then what the template does instead
 * @returns why the worker waits no longer; with the candidate's answer
 */
function promised(victim: Template, then: (ends: Ends) => void): Record<string, unknown> {
  const before = children();
  const conduct = (ends: Ends): void => onOrders(ends, () => promise(() => then(ends)));
  // The host calls all the time: that there is no job turns out when the candidate has come.
  const host = pipe();
  writeAll(host.writeFd, Uint8Array.of(1));
  const rogue = startRogue(conduct, host.readFd);
  sleep(A_WHILE_MS);
  orderFrom(rogue);
  const other = runOn(victim);
  end(rogue);
  for (const fd of Object.values(host)) closeDescriptor(fd);
  const another = startRogue(conduct);
  const own = orderFrom(another);
  end(another);
  return { own, other, left: children() - before };
}

/** Has a template make a job ahead. @returns why it is given up */
function orderFrom(template: Template): string | undefined {
  try {
    template.prepareJob();
    return undefined;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    end(template);
    return error.message;
  }
}

/** With each template that is started the first turn is the next one: few come to a second. */
let firstTurn = 0;

/** What a job of theirs, or the template itself, does when it is asked for a job; by turns. */
function hostileConduct(ends: Ends): void {
  const turns: (() => void)[] = [
    () => fork(() => answer(ends)),
    () => fork(spinForEver),
    () => breed(() => exitNow(0)),
    () => {
      fork(() => answer(ends));
      spinForEver();
    },
    () => {
      fork(() => answer(ends));
      // One that sleeps is the host's to end.
      breed(spinForEver);
    },
    () =>
      fork(() => {
        breed(spinForEver);
        return answer(ends);
      }),
    () => {
      writeAll(ends.result, new Uint8Array(64));
      fork(() => answer(ends));
    },
    () => fork(() => confess(ends, new Uint8Array(PAGE))),
    () => {
      blockSignals();
      fork(spinForEver);
    },
    () => {
      fork(() => answer(ends));
      for (const fd of [ends.status, ends.command, ends.result]) closeDescriptor(fd);
    },
    () => {
      spread();
      fork(() => answer(ends));
    },
    () => promise(sleepForEver),
    () => promise(spinForEver),
    () => {
      hoard();
      fork(() => answer(ends));
    },
    () =>
      fork(() => {
        hoard();
        return answer(ends);
      }),
    () => {
      hoardTables();
      fork(() => answer(ends));
    },
    () => promise(dwell()),
    () => {
      fork(() => answer(ends));
      dwell()();
    },
  ];
  let turn = firstTurn;
  onOrders(ends, () => turns[turn++ % turns.length]!());
}

function startHostile(): Template {
  firstTurn++;
  return startRogue(hostileConduct);
}

/** Two templates that were taken over beside an honest one. */
function collude(): Record<string, unknown> {
  const hostile = [startHostile(), startHostile()];
  const honestOne = startHonest();
  const outcome = { candidates: 0, wrong: 0, givenUp: 0, mostChildren: 0, left: 0 };
  for (; outcome.candidates < candidates; outcome.candidates++) {
    hostile.forEach((template, index) => {
      try {
        template.run(Uint8Array.of(7), { ...LIMITS, cpuLimitNs: HOSTILE_CPU_NS });
        template.prepareJob();
      } catch (error) {
        if (!(error instanceof TemplateError)) throw error;
        end(template);
        outcome.givenUp++;
        hostile[index] = startHostile();
      }
    });
    if (runOn(honestOne) !== RIGHT) outcome.wrong++;
    honestOne.prepareJob();
    outcome.mostChildren = Math.max(outcome.mostChildren, children());
  }
  for (const template of [...hostile, honestOne]) end(template);
  sleep(A_WHILE_MS);
  outcome.left = children();
  return outcome;
}

/** What templates do that are to load an artifact which has taken them over. */
const LOADING: readonly ((ends: Ends, lock: () => void) => void)[] = [
  () => {
    throw new Error('the artifact cannot be loaded');
  },
  () => {},
  () => spinForEver(),
  () => call('kill', 0, 9),
  ({ status }) => writeAll(status, Uint8Array.of(READY + 1)),
  ({ status }) => {
    closeDescriptor(status);
    sleepForEver();
  },
  ({ result, status }) => {
    writeAll(result, new Uint8Array(PAGE));
    writeAll(status, new Uint8Array(PAGE));
  },
  ({ status }, lock) => {
    lock();
    writeAll(status, Uint8Array.of(READY));
    fork(() => exitNow(0));
  },
  (ends, lock) => {
    lock();
    writeAll(ends.status, Uint8Array.of(READY));
    onOrders(ends, () => fork(() => confess(ends, new Uint8Array(PAGE))));
  },
  () => fork(spinForEver),
];

/** Counted: the lowest free number stays as it is when what is left open lies above a gap. */
function openDescriptors(): number {
  let open = 0;
  for (let fd = 0; fd < MAX_DESCRIPTORS; fd++) if (call('fcntl', fd, F_GETFD) >= 0) open++;
  return open;
}

/** One PVF after the other whose template does not load, or only seems to. */
function loadMany(): Record<string, unknown> {
  const honestOne = startHonest();
  const outcome = { loaded: 0, answered: 0, wrong: 0 };
  const before = openDescriptors();
  for (let i = 0; i < candidates; i++) {
    const conduct = LOADING[i % LOADING.length]!;
    const load = (ends: Ends, lock: () => void): TemplateJob => {
      conduct(ends, lock);
      return exitNow(0);
    };
    const template = startLoading(load, undefined, LOADING_CPU_NS);
    if (template !== undefined) {
      outcome.loaded++;
      if (runOn(template) === RIGHT) outcome.answered++;
      end(template);
    }
    if (runOn(honestOne) !== RIGHT) outcome.wrong++;
  }
  const descriptors = openDescriptors() - before;
  end(honestOne);
  return { ...outcome, descriptors, left: children() };
}

if (what === 'loading') {
  writeAll(1, Buffer.from(JSON.stringify(loadMany())));
  exitNow(0);
}

if (what === 'deserter') {
  const template = startRogue((ends) =>
    onOrders(ends, () => {
      blockSignals();
      fork(sleepForEver);
    }),
  );
  // No command is ever taken.
  template.prepareJob();
  writeAll(1, Buffer.from(JSON.stringify(ownChildren(job.procFd))));
  for (;;) sleep(A_WHILE_MS);
}

if (what === 'colluding') {
  writeAll(1, Buffer.from(JSON.stringify(collude())));
  exitNow(0);
}

const result: Record<string, unknown> = {};
if (!gate) {
  startRogue(() => {
    breed();
    sleepForEver();
  });
  sleep(A_WHILE_MS);
  result.found = children() - 1;
  writeAll(1, Buffer.from(JSON.stringify(result)));
  // Its guard ends them with it.
  exitNow(0);
}
const victim = startHonest();
result.first = runOn(victim);
result.breedsUnordered = against(victim, (ends) => {
  breed();
  onOrders(ends, () => fork(() => answer(ends)));
});
result.breedsOnOrder = against(victim, (ends) => onOrders(ends, () => breed(() => exitNow(0))));
result.breedsAfterOrder = against(victim, (ends) =>
  onOrders(ends, () => {
    fork(() => answer(ends));
    breed();
  }),
);
result.jobBreeds = against(victim, (ends) =>
  onOrders(ends, () =>
    fork(() => {
      breed();
      return answer(ends);
    }),
  ),
);
// As one that is killed while it waits may still do: it takes its command, and dies.
result.takesAndDies = against(victim, (ends) =>
  onOrders(ends, () =>
    fork(() => {
      readFully(ends.command, new Uint8Array(COMMAND_BYTES));
      call('kill', 0, 9);
      return exitNow(0);
    }),
  ),
);
result.ends = against(victim, () => {});
result.closesItsPipes = against(victim, (ends) =>
  onOrders(ends, () => {
    for (const fd of [ends.status, ends.command, ends.result]) closeDescriptor(fd);
    sleepForEver();
  }),
);
result.takesLongToFork = against(victim, (ends) =>
  onOrders(ends, () => {
    spread();
    fork(() => answer(ends));
  }),
);
const confession = randomBytes(PAGE / 8);
result.confesses = against(victim, (ends) => onOrders(ends, () => fork(() => confess(ends, confession))));
result.confessionsKept = copiesOf(confession);
result.promisesAndSleeps = promised(victim, sleepForEver);
result.promisesAndSpins = promised(victim, spinForEver);
result.promisesAndAsksAgain = promised(victim, () => promise(sleepForEver));
result.promisesAndDwells = promised(victim, () => dwell()());

// Those that have nothing to do get no processor time while another candidate runs.
const rogue = startRogue((ends) =>
  onOrders(ends, () => {
    fork(spinForEver);
    spinForEver();
  }),
);
rogue.prepareJob();
const before = ticks();
result.spins = waitUntil(() => ticks() - before >= SOME_TICKS);
result.other = runOn(victim);
waitUntil(() => statsOfChildren().every(([state]) => state !== 'R'));
sleep(A_WHILE_MS);
const rested = ticks();
sleep(A_WHILE_MS);
result.spinsOn = ticks() - rested > 0;
for (const template of [rogue, victim]) end(template);
result.childrenAtEnd = children();
writeAll(1, Buffer.from(JSON.stringify(result)));
exitNow(0);
