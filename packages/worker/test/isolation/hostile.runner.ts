// A worker whose jobs have been taken over: each runs an attempt or a conduct instead of a guest. Started by
// takeOver.ts under the workers' flags, with an Order as JSON; prints a JSON line per job.
import { readFileSync } from 'node:fs';
import {
  addressOf,
  allowNothing,
  closeAllDescriptorsExcept,
  dropAllCapabilities,
  endSiblingThreads,
  exitNow,
  initialise,
  installFilter,
  poll,
  setNoNewPrivileges,
  setParentDeathSignal,
  setResourceLimit,
  useHugePages,
  writeAll,
} from '@pvf/sandbox-linux';
import pino from 'pino';
import { stayJobUser } from '../../src/across/job-user.ts';
import {
  ArenaWindow,
  enterJob,
  type JobReport,
  RequestArena,
  restrictWorker,
  runJob,
  Template,
  TemplateError,
  writeFrame,
} from '../../src/index.ts';
import { refuseCoreDumps } from '../../src/job/job-process.ts';
import type { Target } from './attempt.ts';
import { ATTEMPTS } from './attempts/index.ts';
import { CONDUCTS, SLEEPERS } from './conducts.ts';
import { PAGE } from './native.ts';
import { loadCode } from './native-code.ts';
import type { Line, Order } from './order.ts';
import { randomProgram } from './random-program.ts';
import { runInTemplate } from './run-in-template.ts';
import { hostServices } from './surroundings.ts';

const order: Order = JSON.parse(process.argv[2]!);
const { mode, directory, outside } = order;
const list = {
  attempts: ATTEMPTS,
  conducts: CONDUCTS,
  sleepers: SLEEPERS,
  waiting: [],
  fuzz: randomPrograms(order.fuzz),
}[order.list];
const CPU_LIMIT_NS = order.list === 'attempts' ? 2e9 : 6e8;
const OUTPUT_LIMIT_BYTES = 1 << 16;
const ADDED_DATA_BYTES = 256 * 1024 * 1024;
const RESULT_BYTES = 8;
/** In place of an index into the list: a job that does nothing wrong. */
const HONEST = 0xffff;

const code = loadCode();
initialise();
endSiblingThreads();
useHugePages();
// As in src/program.ts: libuv must not want to wake an event loop from a job.
Atomics.waitAsync(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
const services = hostServices(outside);
const target: Omit<Target, 'writeFd' | 'request'> = {
  workerPid: process.pid,
  hostPid: process.ppid,
  outside,
  ...services,
  ...code,
  sharedPage: pageOfProgram(),
};
const restricted = restrictWorker(
  'execute',
  directory,
  {
    secureValidatorMode: true,
    canEnableLandlock: mode.landlock && mode.landlockAbi === undefined,
    canEnableSeccomp: mode.seccomp,
    canUnshareUserNamespaceAndChangeRoot: mode.namespaces,
    canDoSecureClone: mode.namespaces,
  },
  pino({ level: 'silent' }),
);
const job = { ...restricted.job, addedDataBytes: ADDED_DATA_BYTES };
const limits = { cpuLimitNs: CPU_LIMIT_NS, outputLimitBytes: OUTPUT_LIMIT_BYTES };
/** As jobs have it mapped, here once for all of them. */
const arena = new RequestArena(job.procFd);
arena.fill(new Uint8Array(PAGE));
const request = addressOf(new ArenaWindow(arena.readFd).request(PAGE));

function randomPrograms({ seed, programs }: NonNullable<Order['fuzz']> = { seed: 0, programs: 0 }) {
  return Array.from({ length: programs }, (_, i) => ({
    name: `program ${seed + i}`,
    conduct: (own: Target): number => randomProgram(seed + i, own),
  }));
}

/** Of the program's file, mapped by every process that runs it. */
function pageOfProgram(): number {
  const line = readFileSync('/proc/self/maps', 'latin1')
    .split('\n')
    .find((text) => text.endsWith(` ${process.execPath}`))!;
  return Number.parseInt(line, 16);
}

/** What the attacker's code does once it runs in the job. */
function attack(index: number, writeFd: number): number {
  if (index === HONEST) {
    writeFrame(writeFd, [Buffer.from('honest')]);
    return 0;
  }
  const entry = list[index]!;
  if ('conduct' in entry) return entry.conduct({ ...target, request, writeFd });
  const result = Buffer.alloc(RESULT_BYTES);
  result.writeDoubleLE(entry.attack({ ...target, request, writeFd }));
  writeFrame(writeFd, [result]);
  return 0;
}

/** Single layers, in the order of `enterJob`. */
function enterParts(writeFd: number): void {
  if (mode.privileges) stayJobUser(job.user, job.namespaces);
  setParentDeathSignal(9);
  if (mode.privileges) closeAllDescriptorsExcept([writeFd]);
  if (mode.limits) {
    for (const resource of ['FSIZE', 'NPROC', 'MEMLOCK', 'MSGQUEUE'] as const) setResourceLimit(resource, 0);
    refuseCoreDumps();
  }
  if (mode.privileges) dropAllCapabilities({ boundingSet: false });
  if (mode.privileges || mode.landlock || mode.seccomp) setNoNewPrivileges();
  if (mode.landlock) allowNothing(mode.landlockAbi);
  if (mode.limits) setResourceLimit('NOFILE', 0);
  if (!mode.seccomp) return;
  installFilter(job.filters!.job);
  for (const filter of job.filters!.locked) installFilter(filter);
}

function runOne(index: number): JobReport {
  const body = (writeFd: number): number => {
    if (mode.maker === 'parts') enterParts(writeFd);
    else {
      const { lock } = enterJob(job, writeFd, CPU_LIMIT_NS);
      if (mode.maker === 'job') lock();
    }
    return attack(index, writeFd);
  };
  // Another user than root is part of the privileges.
  const asWorker = mode.maker === 'parts' && !mode.privileges;
  return runJob({ ...limits, job: asWorker ? { ...job, user: undefined } : job, body });
}

/** In the template process itself, once it has loaded and locked its code. */
const runInItself = (index: number): JobReport =>
  runInTemplate(job, limits, (lock, resultFd) => {
    lock();
    return attack(index, resultFd);
  });

function startTemplate(): Template {
  return Template.start(job, new RequestArena(job.procFd), CPU_LIMIT_NS, (lock) => {
    lock();
    return (request, writeFd) => attack(request[0]! | (request[1]! << 8), writeFd);
  })!;
}

let template: Template | undefined;
function run(index: number): JobReport {
  if (mode.maker === 'template') return runInItself(index);
  if (mode.maker !== 'template-job') return runOne(index);
  template ??= startTemplate();
  const request = Uint8Array.of(index & 0xff, index >> 8);
  try {
    return template.run(request, limits);
  } catch (error) {
    // As the execute worker: a template whose pipe an earlier job has left full is given up.
    if (!(error instanceof TemplateError)) throw error;
    template.close();
    template = startTemplate();
    return template.run(request, limits);
  }
}

function runHonest(): NonNullable<Line['next']> {
  const { end, output } = run(HONEST);
  return { end, output: Buffer.from(output).toString() };
}

// From now on its children are what was ordered.
if (order.list === 'waiting' || order.list === 'sleepers') writeAll(1, Buffer.from('\n'));
if (order.list === 'waiting') {
  startTemplate().prepareJob();
  poll([], Number.POSITIVE_INFINITY);
}
list.forEach(({ name }, index) => {
  // what random programs change outside is to be seen afterwards
  if (order.list !== 'fuzz') services.restore();
  const { end, output, pid, cpuTimeNs, maxRssBytes } = run(index);
  const report = { end, pid, cpuTimeNs, maxRssBytes, output: Buffer.from(output).toString('hex') };
  const line: Line =
    order.list === 'conducts' || (order.list === 'fuzz' && mode.maker !== 'template')
      ? { name, report, next: runHonest() }
      : { name, report };
  writeAll(1, Buffer.from(`${JSON.stringify(line)}\n`));
});
template?.close();
exitNow(0);
