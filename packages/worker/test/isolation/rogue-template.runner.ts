// A worker some of whose templates have been taken over: each is a native program behind the template's filters that
// knows its descriptors. Started by rogue-template.test.ts under the workers' flags; prints what became of it as JSON.
import { randomBytes } from 'node:crypto';
import {
  addressOf,
  closeDescriptor,
  compileFilter,
  exitNow,
  forkChild,
  pipe,
  readAllocated,
  readFully,
  readSmallFile,
  sleep,
  viewOf,
  writeAll,
} from '@pvf/sandbox-linux';
import { markBegun } from '../../src/across/beginning.ts';
import { type JobLimits, RequestArena, Template, TemplateError, type TemplateJob } from '../../src/index.ts';
import { ownChildren } from '../../src/own-children.ts';
import { COMMAND_BYTES } from '../../src/template/template-process.ts';
import { becomeIsolatedWorker } from './isolated-worker.ts';
import { call, MAP_PRIVATE_ANONYMOUS, memory, PAGE, PROT_READ, PROT_WRITE, words } from './native.ts';

interface Order {
  readonly directory: string;
  readonly namespaces: boolean;
  /** False: as if the worker did not answer clones itself, to show what a template could do. */
  readonly gate: boolean;
  /**
   * What becomes of strays is reported; or the worker only waits to be killed with one about; or two such templates do
   * all they can while a third one runs `candidates`.
   */
  readonly what: 'strays' | 'deserter' | 'colluding';
  readonly candidates?: number;
}
const { directory, namespaces, gate, what, candidates = 0 }: Order = JSON.parse(process.argv[2]!);
const LIMITS: JobLimits = { cpuLimitNs: 5e9, outputLimitBytes: 1024 };
const FUTEX_WAIT_PRIVATE = 128;
const READY = 1;
const STRAYS = 5;
const SOME_TICKS = 5;
/** For each candidate of a template that was taken over. */
const HOSTILE_CPU_NS = 20e6;
const RIGHT = JSON.stringify([{ type: 'exited', status: 0 }, [7]]);
/** On a machine with much else to do. */
const PATIENCE_MS = 20_000;
/** Long enough for a process to make others, or to use some processor time. */
const A_WHILE_MS = 300;
/** An order whose call fails unseen holds another PVF’s candidate up for ten seconds. */
const HELD_MS = 9_000;
/** What a job says in place of that it begins. */
const NOT_BEGUN = 0;
/** Kinds of memory side by side, none of which the kernel can take for one: what a fork has to copy. */
const MAPPINGS = 30_000;
const RLIMIT_NPROC = 6;
/** More than a template may gain. */
const HOARD_BYTES = 32 * 1024 * 1024;
const TOO_MUCH = 'it holds more memory than it may at rest';
/** Times that one rests: with each it may take a little more. */
const RESTS = 50;
const MADV_HUGEPAGE = 14;
const SIG_BLOCK = 0;
const SIGNAL_SET_BYTES = 8;

const restricted = becomeIsolatedWorker(directory, namespaces);
/** A filter that has the worker answer a call that nobody makes. */
const noGate = compileFilter({ deny: ['acct'], onViolation: 'notify' });
const filters = restricted.job.templateFilters!;
const job = gate ? restricted.job : { ...restricted.job, templateFilters: { ...filters, clone: noGate } };

/** Answers with the first byte of its request. */
const honest: TemplateJob = (request, writeFd) => {
  writeAll(writeFd, request.slice(0, 1));
  return 0;
};

function start(load: (lock: () => void) => TemplateJob): Template {
  const template = Template.start(job, new RequestArena(job.procFd), LIMITS.cpuLimitNs, load);
  if (template === undefined) throw new Error('the template did not load');
  return template;
}

const startHonest = (): Template =>
  start((lock) => {
    lock();
    return honest;
  });

function runOn(template: Template): string {
  try {
    const { end, output } = template.run(Uint8Array.of(7), LIMITS);
    return JSON.stringify([end, [...output]]);
  } catch (error) {
    const { name, message } = error as Error;
    return `${name}: ${message.replace(/\d+/g, 'N')}`;
  }
}

interface Ends {
  readonly order: number;
  readonly command: number;
  readonly status: number;
  readonly result: number;
}

/** Starts a template that does `conduct` once it has said that it is ready. */
function startRogue(conduct: (ends: Ends) => void, hostFd?: number): Template {
  const arena = new RequestArena(job.procFd);
  // As `Template.start` will make them.
  const pipes = [pipe(), pipe(), pipe(), pipe()];
  for (const { readFd, writeFd } of pipes) {
    closeDescriptor(readFd);
    closeDescriptor(writeFd);
  }
  const [order, command, status, result] = pipes;
  const ends = {
    order: order!.readFd,
    command: command!.readFd,
    status: status!.writeFd,
    result: result!.writeFd,
  };
  const load = (lock: () => void): TemplateJob => {
    lock();
    writeAll(ends.status, Uint8Array.of(READY));
    conduct(ends);
    return exitNow(0);
  };
  return Template.start(job, arena, LIMITS.cpuLimitNs, load, hostFd)!;
}

function sleepForEver(): never {
  for (;;) call('futex', memory(8), FUTEX_WAIT_PRIVATE, 0, 0, 0, 0);
}

function spinForEver(): never {
  for (;;);
}

const fork = (body: () => never): number => forkChild({ namespaces: job.namespaces, sibling: true, body });
/** Takes the commands of the worker one by one, and does `each` for them. */
const onOrders = ({ order, status }: Ends, each: () => void): void => {
  while (readFully(order, new Uint8Array(1)) === 1) {
    each();
    writeAll(status, Uint8Array.of(1));
  }
};
const breed = (body: () => never = sleepForEver): void => {
  for (let i = 0; i < STRAYS; i++) fork(body);
};
/** An honest job's answer. */
const answer = ({ command, result }: Ends): never => {
  readFully(command, new Uint8Array(COMMAND_BYTES));
  markBegun(result);
  writeAll(result, Uint8Array.of(7));
  return exitNow(0);
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
/** Makes the next fork a long one. */
const spread = (): void => {
  for (let i = 0; i < MAPPINGS; i++)
    call('mmap', 0, PAGE, i % 2 === 0 ? PROT_READ : PROT_READ | PROT_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
};

/** Has the worker let it make a process, and then makes none, because it has seen to it that none can be made. */
const promise = (then: () => void): void => {
  call('prlimit64', 0, RLIMIT_NPROC, words(0, 0), 0);
  try {
    fork(spinForEver);
  } catch {
    then();
  }
};

const children = (): number => ownChildren(job.procFd)!.length;

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
  rogue.close();
  const left = children() - before;
  return { found, own, later, other, left };
}

/**
 * A template that has the worker wait for a job that never comes, while another PVF's candidate is due.
 *
 * @param then what the template does instead
 */
function promised(victim: Template, then: (ends: Ends) => void): Record<string, unknown> {
  const before = children();
  // The host calls all the time.
  const host = pipe();
  writeAll(host.writeFd, Uint8Array.of(1));
  const rogue = startRogue((ends) => onOrders(ends, () => promise(() => then(ends))), host.readFd);
  sleep(A_WHILE_MS);
  const start = performance.now();
  try {
    rogue.prepareJob();
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    rogue.close();
  }
  const other = runOn(victim);
  const held = performance.now() - start > HELD_MS;
  rogue.close();
  for (const fd of Object.values(host)) closeDescriptor(fd);
  return { other, held, left: children() - before };
}

/** Takes memory, in as large pages as there are. */
const hoard = (): void => {
  const at = call('mmap', 0, HOARD_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
  call('madvise', at, HOARD_BYTES, MADV_HUGEPAGE);
  const bytes = new Uint8Array(viewOf(at, HOARD_BYTES));
  for (let offset = 0; offset < bytes.length; offset += PAGE) bytes[offset] = 1;
};

/**
 * What becomes of a template that is to rest again and again.
 *
 * @param calls the host has another PVF's candidate each time; else the worker is idle
 */
function rests(victim: Template, conduct: (ends: Ends) => void, calls: boolean): Record<string, unknown> {
  const others = new Set(ownChildren(job.procFd));
  const host = pipe();
  if (calls) writeAll(host.writeFd, Uint8Array.of(1));
  const rogue = startRogue((ends) => onOrders(ends, () => conduct(ends)), host.readFd);
  rogue.keep(0);
  let own = 'rests';
  for (let round = 0; own === 'rests' && round < RESTS; round++) {
    try {
      rogue.prepareJob();
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      own = error.message;
      rogue.close();
    }
    if (calls) runOn(victim);
    if (rogue.isClosed) own = TOO_MUCH;
  }
  const held = ownChildren(job.procFd)!
    .filter((pid) => !others.has(pid))
    .map((pid) => readAllocated(job.procFd!, pid)! - readAllocated(job.procFd!, process.pid)!);
  const other = runOn(victim);
  rogue.close();
  for (const fd of Object.values(host)) closeDescriptor(fd);
  return { own, other, hoards: held.some((bytes) => bytes > HOARD_BYTES / 2) };
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
        template.close();
        outcome.givenUp++;
        hostile[index] = startHostile();
      }
    });
    if (runOn(honestOne) !== RIGHT) outcome.wrong++;
    honestOne.prepareJob();
    outcome.mostChildren = Math.max(outcome.mostChildren, children());
  }
  for (const template of [...hostile, honestOne]) template.close();
  sleep(A_WHILE_MS);
  outcome.left = children();
  return outcome;
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

for (const calls of [false, true]) {
  result[calls ? 'restsWhileCalled' : 'rests'] = [
    rests(victim, (ends) => fork(() => answer(ends)), calls),
    rests(
      victim,
      (ends) => {
        hoard();
        fork(() => answer(ends));
      },
      calls,
    ),
    rests(
      victim,
      (ends) => {
        fork(() => {
          hoard();
          return answer(ends);
        });
      },
      calls,
    ),
  ];
}

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
for (const template of [rogue, victim]) template.close();
result.childrenAtEnd = children();
writeAll(1, Buffer.from(JSON.stringify(result)));
exitNow(0);
