// A worker one of whose templates has been taken over. Started by rogue-template.test.ts under the workers' flags with
// the worker dir and whether there are namespaces; prints what became of it as JSON.
import {
  closeDescriptor,
  endSiblingThreads,
  exitNow,
  forkChild,
  initialise,
  pipe,
  readFully,
  readSmallFile,
  writeAll,
} from '@pvf/sandbox-linux';
import pino from 'pino';
import { type JobLimits, RequestArena, restrictWorker, Template, type TemplateJob } from '../../src/index.ts';
import { ownChildren } from '../../src/own-children.ts';
import { call, memory } from './native.ts';

const { directory, namespaces }: { directory: string; namespaces: boolean } = JSON.parse(process.argv[2]!);
const LIMITS: JobLimits = { cpuLimitNs: 5e9, outputLimitBytes: 1024 };
const FUTEX_WAIT_PRIVATE = 128;
const READY = 1;
const STRAYS = 5;

// Nobody returns to the event loop that would print it.
process.on('uncaughtException', (error) => {
  writeAll(2, Buffer.from(`${error.stack}\n`));
  exitNow(1);
});
initialise();
endSiblingThreads();
const { job } = restrictWorker(
  'execute',
  directory,
  {
    secureValidatorMode: true,
    canEnableLandlock: true,
    canEnableSeccomp: true,
    canUnshareUserNamespaceAndChangeRoot: namespaces,
    canDoSecureClone: namespaces,
  },
  pino({ level: 'silent' }),
);

/** Answers with the first byte of its request. */
const honest: TemplateJob = (request, writeFd) => {
  writeAll(writeFd, request.slice(0, 1));
  return 0;
};

function start(load: (lock: () => void) => TemplateJob, arena = new RequestArena(job.procFd)): Template {
  const template = Template.start(job, arena, LIMITS.cpuLimitNs, load);
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

/** Where the next template reads orders, and where it says which job it has made. */
function nextDescriptors(): { readonly order: number; readonly status: number } {
  // As `Template.start` will make them.
  const [order, command, status, result] = [pipe(), pipe(), pipe(), pipe()];
  for (const { readFd, writeFd } of [order, command, status, result]) {
    closeDescriptor(readFd);
    closeDescriptor(writeFd);
  }
  return { order: order.readFd, status: status.writeFd };
}

/** Says that the job that was ordered is `pid`. */
function startLiar(pid: number): Template {
  const arena = new RequestArena(job.procFd);
  const { order, status } = nextDescriptors();
  return start((lock) => {
    lock();
    writeAll(status, Uint8Array.of(READY));
    const answer = new Uint8Array(4);
    new DataView(answer.buffer).setInt32(0, pid, true);
    while (readFully(order, new Uint8Array(1)) === 1) writeAll(status, answer);
    return exitNow(0);
  }, arena);
}

/** Has made processes before anyone ordered one. */
function startBreeder(): Template {
  return start((lock) => {
    lock();
    for (let i = 0; i < STRAYS; i++)
      forkChild({ namespaces: job.namespaces, sibling: true, body: sleepForEver });
    return honest;
  });
}

function sleepForEver(): never {
  for (;;) call('futex', memory(8), FUTEX_WAIT_PRIVATE, 0, 0, 0, 0);
}

const children = (): number => ownChildren(job.procFd)!.length;

const result: Record<string, unknown> = {};
const victim = startHonest();
result.limits = readSmallFile(`${victim.pid}/limits`, job.procFd)
  .split('\n')
  .filter((line) => /^Max (cpu time|processes)/.test(line))
  .map((line) => line.split(/ {2,}/).slice(0, 3));
for (const pid of [victim.pid, process.pid, 1]) {
  const liar = startLiar(pid);
  result[`pid ${pid === victim.pid ? 'of another template' : pid === 1 ? '1' : 'of the worker'}`] =
    runOn(liar);
  liar.close();
}
result.victim = runOn(victim);
result.childrenBefore = children();
const breeder = startBreeder();
result.childrenBred = children();
result.breeder = runOn(breeder);
result.childrenAfter = children();
result.victimAfter = runOn(victim);
const again = startHonest();
result.again = [runOn(again), runOn(again)];
again.close();
result.childrenAtEnd = children();
writeAll(1, Buffer.from(JSON.stringify(result)));
exitNow(0);
