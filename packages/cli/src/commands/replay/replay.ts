import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { codeHash } from '@pvf/protocol';
import { CliError } from '../../errors.ts';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { type LoadedPvf, loadPvf } from '../../input/load-pvf.ts';
import { type PvfParameters, parametersLine, readPvfParameters } from '../../input/pvf-parameters.ts';
import { completeCandidate, type Validation } from '../../input/validations.ts';
import { toJson } from '../../output/json.ts';
import { validationExit } from '../../output/outcomes.ts';
import { print, say } from '../../output/print.ts';
import type { Context } from '../context.ts';
import { requireCodeOf } from '../run-validation.ts';
import { ReplayProgress } from './progress.ts';
import { type Answer, answerOf, compareAnswers, type Record, unexpected } from './record.ts';
import type { ReplayOptions } from './replay-options.ts';
import { Results, writeCsv } from './results.ts';
import { inLanes, type Side, withSides } from './sides.ts';
import { type Entry, openCollection } from './source.ts';
import { summaryOf, summaryText } from './summary.ts';

/** What is known of a replay once a candidate is done. */
export interface Done {
  readonly record: Record;
  readonly exitCode: ExitCode;
}

/** `pvf replay SOURCE`: every candidate of a collection, many at once, with a line of results for each. */
export async function replay(context: Context, path: string, options: ReplayOptions): Promise<ExitCode> {
  const { signal, stdin } = context.io;
  const ways = { option: '--pvf', signal, stdin };
  const pvf = await loadPvf(options.pvf, options, ways);
  const other =
    options.comparePvf === undefined
      ? undefined
      : await loadPvf(options.comparePvf, {}, { ...ways, option: '--compare-pvf' });
  const parameters = await readPvfParameters(options, 'Prepare', pvf.said);
  const collection = await openCollection(path);
  const hash = Buffer.from(codeHash(pvf.code)).toString('hex');
  const run = nameOfRun(pvf, other, parameters, options);
  const results = await openResults(options, run);
  const jobs = options.jobs ?? availableParallelism();
  const done: Done[] = [];
  try {
    const quiet = options.quiet === true;
    await withSides(context, { options, pvf, other, jobs }, async (here, there) => {
      context.terminal.done();
      const progress = await ReplayProgress.start(context.io.stderr, collection.total, quiet);
      const one = async (entry: Entry) => {
        const before = results?.before.get(entry.id);
        const result =
          before === undefined
            ? await judge(entry, run, hash, here, there, options)
            : { record: before, exitCode: exitOf(before, options) };
        // Not a result: the next call does it.
        if (result.record.outcome === 'cancelled') return;
        if (before === undefined) await results?.add(result.record);
        done.push(result);
        progress.step(before === undefined);
      };
      try {
        await inLanes(collection.entries(), jobs, signal, one);
      } finally {
        progress.stop();
      }
    });
  } finally {
    await results?.close();
  }
  return await conclude(context, { done, results, pvf, parameters, options, compares: compares(options) });
}

/** Undefined without `--output`. */
export async function openResults(options: ReplayOptions, run: string): Promise<Results | undefined> {
  const { output, resume = false } = options;
  if (output !== undefined) return await Results.open(output, resume, run);
  if (!resume) return undefined;
  throw new CliError(
    'BAD_USAGE',
    { option: '--resume' },
    '--resume is of use only with --output',
    'name the file with the results: --output FILE',
  );
}

interface Conclusion {
  readonly done: readonly Done[];
  readonly results: Results | undefined;
  readonly pvf: LoadedPvf;
  readonly parameters: PvfParameters;
  readonly options: ReplayOptions;
  readonly compares: boolean;
  /** Of a cluster whose agents were compared: those that took much more CPU time than others. */
  readonly slowAgents?: readonly object[];
}

export async function conclude(
  context: Context,
  { done, results, pvf, parameters, options, compares, slowAgents }: Conclusion,
): Promise<ExitCode> {
  const records = done
    .map(({ record }) => record)
    .sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
  if (options.csv !== undefined) await writeCsv(options.csv, records);
  const resumed = records.filter(({ id }) => results?.before.has(id)).length;
  const summary = summaryOf(records, resumed);
  const exitCode = context.io.signal.aborted
    ? EXIT.interrupted
    : (Math.max(EXIT.ok, ...done.map((each) => each.exitCode)) as ExitCode);
  if (options.json === true) {
    const more = slowAgents === undefined ? summary : { ...summary, slowAgents };
    await print(context.io, toJson({ command: 'replay', exitCode, pvf: pvf.name, parameters, ...more }));
  } else {
    await say(
      context.io,
      `${await summaryText(context, summary, compares || options.check === true)}\n${parametersLine(parameters)}`,
    );
  }
  return exitCode;
}

async function judge(
  entry: Entry,
  run: string,
  hash: string,
  here: Side,
  there: Side | undefined,
  options: ReplayOptions,
): Promise<Done> {
  let validation: Validation;
  try {
    validation = await completeCandidate(await entry.read(), options);
    requireCodeOf(validation, hash);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const record = {
      id: entry.id,
      name: entry.id,
      run,
      outcome: 'unreadable',
      message: error.message,
    } as const;
    return { record, exitCode: EXIT.badInput };
  }
  const outcome = await here(validation);
  const answer = answerOf(outcome);
  let differences = options.check === true ? unexpected(validation, outcome) : undefined;
  let other: Answer | undefined;
  if (there !== undefined && outcome.kind !== 'cancelled') {
    const second = await there(validation);
    if (second.kind === 'cancelled')
      return {
        record: { id: entry.id, name: validation.name, run, outcome: 'cancelled' },
        exitCode: EXIT.interrupted,
      };
    other = answerOf(second);
    differences = [...(differences ?? []), ...compareAnswers(answer, other)];
  }
  const record: Record = {
    id: entry.id,
    name: validation.name,
    run,
    ...answer,
    ...(other !== undefined && { other }),
    ...(differences !== undefined && { differences }),
  };
  return { record, exitCode: exitOf(record, options, validationExit(outcome)) };
}

/** @param own of the outcome; for a record of an earlier call it is found in what was written down */
export function exitOf(record: Record, options: ReplayOptions, own?: ExitCode): ExitCode {
  if (record.outcome === 'unreadable') return EXIT.badInput;
  if ((record.differences?.length ?? 0) > 0) return EXIT.unexpected;
  if (compares(options) || (options.check === true && record.differences !== undefined)) return EXIT.ok;
  if (own !== undefined) return own;
  switch (record.outcome) {
    case 'valid':
      return EXIT.ok;
    case 'invalid':
    case 'possibly-invalid':
      return EXIT.against;
    case 'preparation-failed':
      return EXIT.preparationFailed;
    default:
      return EXIT.abstain;
  }
}

function compares(options: ReplayOptions): boolean {
  const { comparePvf, comparePrepareWorker, compareExecuteWorker } = options;
  return comparePvf !== undefined || comparePrepareWorker !== undefined || compareExecuteWorker !== undefined;
}

/** Two runs with the same name have the same answers: results of one can be gone on with in the other. */
export function nameOfRun(
  pvf: LoadedPvf,
  other: LoadedPvf | undefined,
  parameters: PvfParameters,
  options: ReplayOptions,
): string {
  const { kind, timeout, check, prepareWorker, executeWorker, comparePrepareWorker, compareExecuteWorker } =
    options;
  const hash = createHash('sha256')
    .update(pvf.code)
    .update(other?.code ?? 'no other');
  const { executorParams, validationCodeBombLimit } = parameters;
  hash.update(toJson([executorParams.value, validationCodeBombLimit.value, kind, timeout, check === true]));
  hash.update(toJson([prepareWorker, executeWorker, comparePrepareWorker, compareExecuteWorker]));
  return hash.digest('hex').slice(0, 16);
}
