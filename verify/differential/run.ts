import { type Answer, disagreement, failureAnswer } from './answer.ts';
import { allCases, type PvfCase } from './cases/index.ts';
import { type CommandLineCase, commandLineCases, onCommandLine } from './command-line.ts';
import { type Options, parseOptions, USAGE, UsageError } from './options.ts';
import { Random } from './random.ts';
import { Report } from './report.ts';
import { Side, type WorkerPrograms } from './side.ts';
import { onWire, type WireCase, wireCases } from './wire.ts';

/** PVFs between two lines of progress. */
const PROGRESS_EVERY = 100;
/**
 * Our worker runs an artifact's first candidate in a job of its own and loads the artifact ahead at the second, so each
 * PVF needs three, and one of them twice, for both ways to be compared.
 */
const LEAST_RUNS = 3;

/** The command: returns its exit status. */
export async function run(argv: readonly string[]): Promise<number> {
  let options: Options;
  try {
    options = parseOptions(argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${USAGE}`);
    return 2;
  }
  const report = new Report(options.json);
  const ours = new Side('ours', options.ours, options.security);
  const theirs = new Side('theirs', options.reference, options.security);
  let stopped = false;
  const stop = (): void => {
    stopped = true;
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const began = performance.now();
  try {
    for (const each of [...commandLineCases(), ...wireCases()]) {
      if (stopped) break;
      if (options.filter.test(each.id) && options.shard.index === 0)
        await compareStarts(report, options, each);
    }
    let index = 0;
    for (const pvf of allCases(new Random(options.seed), options)) {
      if (stopped) break;
      if (!options.filter.test(pvf.id)) continue;
      if (index++ % options.shard.of !== options.shard.index) continue;
      await compare(report, ours, theirs, scaled(pvf, options.timeScale), () => stopped);
      if (index % PROGRESS_EVERY === 0)
        console.error(`… ${index} PVFs, ${report.cases} cases, ${report.differences} differences`);
    }
  } finally {
    process.removeListener('SIGINT', stop);
    process.removeListener('SIGTERM', stop);
    await Promise.all([ours.close(), theirs.close()]);
    await report.close();
  }
  const summary = report.summary((performance.now() - began) / 1000);
  if (options.json === '-') console.error(summary);
  else console.log(summary);
  return report.differences > 0 || stopped ? 1 : 0;
}

/** Cases that need a fresh worker each. */
async function compareStarts(
  report: Report,
  options: Options,
  each: CommandLineCase | WireCase,
): Promise<void> {
  const on = (programs: WorkerPrograms): Promise<Answer> => {
    const program = programs[each.kind];
    return ('args' in each ? onCommandLine(program, each) : onWire(program, each)).catch(failureAnswer);
  };
  const [ours, theirs] = await Promise.all([on(options.ours), on(options.reference)]);
  report.add({ id: each.id, step: 'start', ours, theirs, disagreement: disagreement(ours, theirs) });
}

async function compare(
  report: Report,
  ours: Side,
  theirs: Side,
  pvf: PvfCase,
  stopped: () => boolean,
): Promise<void> {
  const [own, their] = await Promise.all([ours.prepare(pvf), theirs.prepare(pvf)]);
  report.add({
    id: pvf.id,
    step: 'prepare',
    ours: own,
    theirs: their,
    disagreement: disagreement(own, their),
  });
  if (own.variant !== 'Ok' || their.variant !== 'Ok') return;
  const compareRun = (id: string, own: Answer, their: Answer): void =>
    report.add({
      id: `${pvf.id} ${id}`,
      step: 'execute',
      ours: own,
      theirs: their,
      disagreement: disagreement(own, their),
    });
  const answers: Answer[] = [];
  for (const execution of pvf.executions) {
    if (stopped()) return;
    const [own, their] = await Promise.all([ours.execute(pvf, execution), theirs.execute(pvf, execution)]);
    answers.push(their);
    compareRun(execution.id, own, their);
  }
  for (let i = 0; i < timesAgain(answers.length); i++) {
    if (stopped()) return;
    const at = i % answers.length;
    const execution = pvf.executions[at]!;
    compareRun(`${execution.id} again-${i}`, await ours.execute(pvf, execution), answers[at]!);
  }
}

/** How many of a PVF's candidates our side runs once more, from the first on; the reference's answers stand. */
function timesAgain(runs: number): number {
  return runs === 0 ? 0 : Math.max(1, LEAST_RUNS - runs);
}

/** Time limits that a case sets on purpose, below a second, stay as they are. */
function scaled(pvf: PvfCase, factor: number): PvfCase {
  if (factor === 1) return pvf;
  const scale = (ms: number): number => (ms < 1000 ? ms : ms * factor);
  return {
    ...pvf,
    prepTimeoutMs: scale(pvf.prepTimeoutMs),
    executions: pvf.executions.map((execution) => ({ ...execution, timeoutMs: scale(execution.timeoutMs) })),
  };
}
