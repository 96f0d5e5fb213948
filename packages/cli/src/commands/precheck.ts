import { availableParallelism } from 'node:os';
import type { PrecheckOutcome, PvfHost } from '@pvf/host';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type LoadedPvf, loadPvf } from '../input/load-pvf.ts';
import type { NodeOptions } from '../input/node/node-options.ts';
import {
  type PvfParameterOptions,
  type PvfParameters,
  parametersLine,
  readPvfParameters,
} from '../input/pvf-parameters.ts';
import { toJson } from '../output/json.ts';
import { writeJunit } from '../output/junit.ts';
import { precheckExit, precheckLines } from '../output/outcomes.ts';
import {
  type PrecheckLimits,
  type PrecheckReport,
  precheckTable,
  usageLines,
  usageOf,
} from '../output/precheck-table.ts';
import { print, say } from '../output/print.ts';
import { codeNearLimit, shortcomings } from '../output/shortcomings.ts';
import { bytes } from '../output/units.ts';
import type { ClusterRunOptions } from './cluster/connect.ts';
import { type Context, type HostCommandOptions, withHost } from './context.ts';
import { showProgress } from './progress.ts';

export interface PrecheckOptions
  extends HostCommandOptions,
    PvfParameterOptions,
    NodeOptions,
    ClusterRunOptions {
  readonly strict?: boolean;
  readonly junit?: string;
  readonly jobs?: number;
  /** Bytes. */
  readonly maxCodeSize?: number;
}

/**
 * `MAX_VALIDATION_CODE_COMPRESSION_RATIO` of polkadot-runtime-parachains: a relay chain's bomb limit is its largest code
 * times this.
 */
const BOMB_LIMIT_PER_CODE_SIZE = 10;

/** `pvf precheck FILE…`: one outcome per file, in order. Files are read before anything starts. */
export async function precheck(
  context: Context,
  files: readonly string[],
  options: PrecheckOptions,
): Promise<ExitCode> {
  const { signal, stdin } = context.io;
  const paths = files.length === 0 ? [undefined] : files;
  const pvfs: LoadedPvf[] = [];
  for (const path of paths) pvfs.push(await loadPvf(path, options, { option: 'FILE', signal, stdin }));
  const parameters = await readPvfParameters(options, 'Precheck', pvfs[0]?.said);
  const bombLimit = parameters.validationCodeBombLimit.value;
  const limits = {
    params: parameters.executorParams.value,
    bombLimit,
    maxCodeSize: options.maxCodeSize ?? Math.floor(bombLimit / BOMB_LIMIT_PER_CODE_SIZE),
  };
  const jobs = Math.min(options.jobs ?? availableParallelism(), pvfs.length);

  const tell = async (pending: readonly Promise<PrecheckReport>[]) => {
    const done: PrecheckReport[] = [];
    for (const each of pending) {
      const report = await each;
      context.terminal.done();
      if (options.json !== true) await say(context.io, text(report, parameters));
      done.push(report);
    }
    return done;
  };
  const onThisMachine = (host: PvfHost) =>
    tell(inLanes(pvfs, jobs, (pvf) => precheckOne(context, host, pvf, limits)));
  const reports =
    options.cluster === undefined
      ? await withHost(context, options, onThisMachine, {
          prepareWorkersSoft: jobs,
          prepareWorkersHard: jobs,
        })
      : await tell(await byAgents(context, pvfs, limits, options));

  const exitCode = exitFor(reports, options.strict === true);
  if (options.junit !== undefined) await writeJunit(options.junit, reports, options.strict === true);
  if (options.json === true) {
    const { maxCodeSize } = limits;
    await print(
      context.io,
      toJson({ command: 'precheck', exitCode, parameters, maxCodeSize, pvfs: reports }),
    );
  } else {
    const table = await precheckTable(context.io, reports);
    await say(context.io, `\n${table}`);
  }
  return exitCode;
}

async function byAgents(
  context: Context,
  pvfs: readonly LoadedPvf[],
  limits: PrecheckLimits,
  options: PrecheckOptions,
): Promise<Promise<PrecheckReport>[]> {
  const { precheckOnCluster } = await import('./cluster/precheck.ts');
  const codes = pvfs.map(({ code }) => code);
  const found = await precheckOnCluster(context, codes, limits, options);
  // Fewer than PVFs only after an interruption.
  return found.map(({ outcome, differences }, index) =>
    reportOf(pvfs[index] as LoadedPvf, outcome, limits).then((report) =>
      differences.length === 0 ? report : { ...report, differences },
    ),
  );
}

async function precheckOne(
  context: Context,
  host: PvfHost,
  pvf: LoadedPvf,
  limits: PrecheckLimits,
): Promise<PrecheckReport> {
  const outcome = await host.precheck({
    code: pvf.code,
    executorParams: limits.params,
    validationCodeBombLimit: limits.bombLimit,
    signal: context.io.signal,
    onProgress: showProgress(context.terminal, pvf.name),
  });
  return await reportOf(pvf, outcome, limits);
}

async function reportOf(
  { name, code, readFrom }: LoadedPvf,
  outcome: PrecheckOutcome,
  limits: PrecheckLimits,
): Promise<PrecheckReport> {
  const usage = usageOf(code.length, outcome, limits);
  const found = [...(await shortcomings(code, limits.params, name)), ...codeNearLimit(usage)];
  return { file: name, codeBytes: code.length, readFrom, outcome, usage, shortcomings: found };
}

function exitFor(reports: readonly PrecheckReport[], strict: boolean): ExitCode {
  if (reports.some(({ differences }) => differences !== undefined)) return EXIT.unexpected;
  const code = Math.max(EXIT.ok, ...reports.map(({ outcome }) => precheckExit(outcome))) as ExitCode;
  const warned = reports.some(({ shortcomings: found }) => found.length > 0);
  return strict && warned && code === EXIT.ok ? EXIT.against : code;
}

/** One promise for each item; so many run at once, begun in order. */
function inLanes<T, R>(items: readonly T[], lanes: number, run: (item: T) => Promise<R>): Promise<R>[] {
  const tasks = items.map(() => Promise.withResolvers<R>());
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < items.length; index = next++) {
      const task = tasks[index];
      await run(items[index] as T).then(task?.resolve, task?.reject);
    }
  };
  for (let started = 0; started < lanes; started++) lane();
  // Whoever waits for one is told of it; until then nobody handles it.
  for (const { promise } of tasks) promise.catch(() => {});
  return tasks.map(({ promise }) => promise);
}

function text(
  { file, codeBytes, readFrom, outcome, usage, shortcomings: warnings, differences = [] }: PrecheckReport,
  parameters: PvfParameters,
): string {
  const [verdict, ...details] = precheckLines(outcome);
  const from = readFrom.length === 0 ? '' : `, read from ${readFrom.join(', ')}`;
  const lines = [
    `file ${bytes(codeBytes)}${from}`,
    ...details,
    ...usageLines(usage),
    parametersLine(parameters),
    ...warnings.map((warning) => `warning: ${warning}`),
    ...differences.map((difference) => `DIFFERS ${difference}`),
  ];
  return [`${file}: ${verdict}`, ...lines.map((line) => `  ${line}`)].join('\n');
}
