// A worker that runs jobs in a random order of conducts, by themselves and from a template; started by sequences.test.ts
// under the workers' flags with a seed. Prints what did not come out as it must, as JSON.
import {
  compileFilter,
  currentPid,
  descriptorChannel,
  endSiblingThreads,
  exitNow,
  initialise,
  killPid,
  mapScratch,
  openProcDirectory,
  viewOf,
  writeAll,
} from '@pvf/sandbox-linux';
import { compileTemplateFilters } from '../src/filters/syscalls.ts';
import { type JobReport, RequestArena, runJob, Template, TemplateError } from '../src/index.ts';
import type { JobSettings } from '../src/job/job-process.ts';

const OUTPUT_LIMIT_BYTES = 5_000;
const CPU_LIMIT_NS = 20e9;
const ROUNDS = 60;
const SIGKILL = 9;
const MIB = 1024 * 1024;

const { seed } = JSON.parse(process.argv[2]!) as { seed: number };
let state = seed >>> 0;
/** Below `n`; xorshift32. */
function below(n: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  state >>>= 0;
  return state % n;
}

initialise();
endSiblingThreads();

/** Refuses nothing that anybody does. */
const nothing = compileFilter({ deny: ['acct'], onViolation: { errno: 'EPERM' } });
/** No layer of isolation but the worker's say over a template's clones: this is about the worker's side. */
const job: JobSettings = {
  namespaces: [],
  landlock: false,
  filters: undefined,
  templateFilters: { clone: compileTemplateFilters([]).clone, template: nothing, locked: [], job: nothing },
  channel: descriptorChannel(),
  countsProcesses: false,
  procFd: openProcDirectory(),
  user: undefined,
  inertFds: [],
  keepsCapabilities: false,
};
const limits = { cpuLimitNs: CPU_LIMIT_NS, outputLimitBytes: OUTPUT_LIMIT_BYTES };

/** Lengths around the limits of the pipe's buffer and of an answer. */
const LENGTHS = [
  0,
  1,
  7,
  4_095,
  4_096,
  OUTPUT_LIMIT_BYTES - 1,
  OUTPUT_LIMIT_BYTES,
  OUTPUT_LIMIT_BYTES + 1,
  80_000,
];
const ENDS = ['ends', 'fails', 'is killed'] as const;
interface Plan {
  readonly length: number;
  readonly byte: number;
  readonly end: (typeof ENDS)[number];
}

const randomPlan = (): Plan => ({
  length: LENGTHS[below(LENGTHS.length)]!,
  byte: 1 + below(255),
  end: ENDS[below(ENDS.length)]!,
});
const encode = ({ length, byte, end }: Plan): Uint8Array =>
  Buffer.from(JSON.stringify({ length, byte, end }));

/** In a job. */
function follow({ length, byte, end }: Plan, writeFd: number): number {
  writeAll(writeFd, Buffer.alloc(length, byte));
  // `process.pid` is the worker's: a forked process keeps what its parent has looked up.
  if (end === 'is killed') killPid(currentPid(), SIGKILL);
  return end === 'fails' ? 3 : 0;
}

const wrong: string[] = [];
function check(how: string, plan: Plan, { end, output }: JobReport): void {
  const exceeded = plan.length > OUTPUT_LIMIT_BYTES;
  const ends = {
    ends: { type: 'exited', status: 0 },
    fails: { type: 'exited', status: 3 },
    'is killed': { type: 'signaled', signal: SIGKILL },
  };
  const expected = exceeded ? { type: 'output-limit' } : ends[plan.end];
  const length = exceeded ? output.length : plan.length;
  const right =
    JSON.stringify(end) === JSON.stringify(expected) &&
    output.length === length &&
    output.every((byte) => byte === plan.byte);
  if (!right)
    wrong.push(
      `${how} ${JSON.stringify(plan)}: ${JSON.stringify(end)}, ${output.length} bytes, ${output.slice(0, 9)}`,
    );
}

for (let round = 0; round < ROUNDS; round++) {
  const plan = randomPlan();
  check('alone', plan, runJob({ ...limits, job, body: (writeFd) => follow(plan, writeFd) }));
}

const startTemplate = (): Template =>
  Template.start(job, new RequestArena(undefined), CPU_LIMIT_NS, (lock) => {
    lock();
    return (request, writeFd) => follow(JSON.parse(Buffer.from(request).toString()), writeFd);
  })!;
const templates = [startTemplate(), startTemplate()];
let given = 0;
for (let round = 0; round < ROUNDS; round++) {
  const which = below(templates.length);
  const action = below(10);
  if (action === 0) {
    templates[which]!.close();
    templates[which] = startTemplate();
  } else if (action === 1) templates[which]!.prepareJob();
  const plan = randomPlan();
  try {
    check('from a template', plan, templates[which]!.run(encode(plan), limits));
  } catch (error) {
    // Bytes that a job left in the pipe; the worker starts another template, and runs the candidate alone.
    if (!(error instanceof TemplateError)) throw error;
    given++;
    templates[which]!.close();
    templates[which] = startTemplate();
  }
}
for (const template of templates) template.close();

/** Fills that much memory, gives it back, and ends. */
const peak = (bytes: number) => (): number => {
  new Uint8Array(viewOf(mapScratch(bytes), bytes)).fill(1);
  return 0;
};
const memory = { ...limits, job, memoryLimitBytes: 64 * MIB };
/** As if every peak lay between two looks. */
const unseen = { ...memory, readMemory: () => 0 };
const results = {
  wrong,
  givenUp: given > 0,
  peakUnseen: runJob({ ...unseen, body: peak(900 * MIB) }).end,
  smallPeakUnseen: runJob({ ...unseen, body: peak(8 * MIB) }).end,
  atLimitOfTime: runJob({ ...limits, cpuLimitNs: 1, job, body: () => 0 }).end,
};
writeAll(1, Buffer.from(JSON.stringify(results)));
exitNow(0);
