// A worker whose jobs and templates each make one call of conditions.ts behind the filters of their stage. Started by
// conditions.test.ts under the workers' flags; prints what became of each as JSON.
import { exitNow, forkFlags, writeAll } from '@pvf/sandbox-linux';
import { enterJob, type JobReport, RequestArena, runJob, Template, writeFrame } from '../../src/index.ts';
import { CONDITIONS, type Condition, GONE, type Place, type Stage } from './conditions.ts';
import { becomeIsolatedWorker } from './isolated-worker.ts';
import { call, EPERM, endChild, MAP_PRIVATE_ANONYMOUS, PAGE } from './native.ts';
import { runInTemplate } from './run-in-template.ts';

const { directory, stage }: { directory: string; stage: Stage } = JSON.parse(process.argv[2]!);
const SIGSYS = 31;
const CPU_LIMIT_NS = 5e9;
const LIMITS = { cpuLimitNs: CPU_LIMIT_NS, outputLimitBytes: 1_024 };
const RESULT_BYTES = 8;
const FRAME_HEADER_BYTES = 8;

const { job } = becomeIsolatedWorker(directory);
const workerPid = process.pid;
const ofTemplate = stage === 'template' || stage === 'locked template' || stage === 'job of a template';
const { locked } = ofTemplate ? job.templateFilters! : job.filters!;
const filter = locked[0]!.fprogAddress;

interface Attempt {
  readonly title: string;
  readonly name: Condition['name'];
  readonly args: Condition['right'];
}

const gone = GONE.find(([of]) => of === stage)?.[1] ?? [];
const attempts: readonly Attempt[] = [
  ...CONDITIONS.flatMap(({ name, stages, right, wrong }, index): Attempt[] =>
    stages.includes(stage)
      ? [
          { title: `${index} ${name}`, name, args: right },
          ...Object.entries(wrong).map(([what, args]) => ({
            title: `${index} ${name}: ${what}`,
            name,
            args,
          })),
        ]
      : [],
  ),
  ...gone.map((name): Attempt => {
    const { right } = CONDITIONS.find(
      (condition) => condition.name === name && !condition.stages.includes(stage),
    )!;
    return { title: `${name} is gone`, name, args: right };
  }),
];

/** In the process that the attempt is about. */
function make({ name, args }: Attempt, fd: number): number {
  const page = call('mmap', 0, 2 * PAGE, 3, MAP_PRIVATE_ANONYMOUS, -1, 0);
  const other = call('mmap', 0, 2 * PAGE, 3, MAP_PRIVATE_ANONYMOUS, -1, 0);
  const fork = forkFlags({ namespaces: job.namespaces, sibling: true });
  const place: Place = { page, other, kept: filter - (filter % PAGE), filter, fd, workerPid, fork };
  const result = call(name, ...args(place));
  return name === 'clone' ? endChild(result) : result;
}

function tell(attempt: Attempt, writeFd: number): number {
  const result = Buffer.alloc(RESULT_BYTES);
  result.writeDoubleLE(make(attempt, writeFd));
  writeFrame(writeFd, [result]);
  return 0;
}

/** In a template itself, as it loads or with its code locked. */
const runInItself = (attempt: Attempt): JobReport =>
  runInTemplate(job, LIMITS, (lock, resultFd) => {
    if (stage === 'locked template') lock();
    return tell(attempt, resultFd);
  });

let template: Template | undefined;
function run(attempt: Attempt): JobReport {
  switch (stage) {
    case 'worker':
      // A fork of it, with nothing given up.
      return runJob({
        ...LIMITS,
        job: { ...job, user: undefined, namespaces: [] },
        body: (writeFd) => tell(attempt, writeFd),
      });
    case 'job':
    case 'locked job':
      return runJob({
        ...LIMITS,
        job,
        body: (writeFd) => {
          const { lock } = enterJob(job, writeFd, CPU_LIMIT_NS);
          if (stage === 'locked job') lock();
          return tell(attempt, writeFd);
        },
      });
    case 'job of a template':
      template ??= Template.start(job, new RequestArena(job.procFd), CPU_LIMIT_NS, (lock) => {
        lock();
        return (request, writeFd) => tell(attempts[request[0]!]!, writeFd);
      })!;
      return template.run(Uint8Array.of(attempts.indexOf(attempt)), LIMITS);
    case 'template':
    case 'locked template':
      return runInItself(attempt);
    default:
      return stage satisfies never;
  }
}

function fateOf({ end, output }: JobReport): string {
  if (end.type === 'signaled') return end.signal === SIGSYS ? 'SIGSYS' : `signal ${end.signal}`;
  if (end.type !== 'exited' || end.status !== 0 || output.length !== FRAME_HEADER_BYTES + RESULT_BYTES)
    return JSON.stringify(end);
  return Buffer.from(output).readDoubleLE(FRAME_HEADER_BYTES) === -EPERM ? 'EPERM' : 'passes';
}

const fates = Object.fromEntries(attempts.map((attempt) => [attempt.title, fateOf(run(attempt))]));
template?.close();
writeAll(1, Buffer.from(JSON.stringify(fates)));
exitNow(0);
