import { availableParallelism } from 'node:os';
import type { PvfHost } from '@pvf/host';
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
import { type Context, type HostCommandOptions, withHost } from './context.ts';
import { showProgress } from './progress.ts';

export interface PrecheckOptions extends HostCommandOptions, PvfParameterOptions, NodeOptions {
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

  const reports = await withHost(
    context,
    options,
    async (host) => {
      const pending = inLanes(pvfs, jobs, (pvf) => precheckOne(context, host, pvf, limits));
      const done: PrecheckReport[] = [];
      for (const each of pending) {
        const report = await each;
        context.terminal.done();
        if (options.json !== true) await say(context.io, text(report, parameters));
        done.push(report);
      }
      return done;
    },
    { prepareWorkersSoft: jobs, prepareWorkersHard: jobs },
  );

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

async function precheckOne(
  context: Context,
  host: PvfHost,
  { name, code, readFrom }: LoadedPvf,
  limits: PrecheckLimits,
): Promise<PrecheckReport> {
  const outcome = await host.precheck({
    code,
    executorParams: limits.params,
    validationCodeBombLimit: limits.bombLimit,
    signal: context.io.signal,
    onProgress: showProgress(context.terminal, name),
  });
  const usage = usageOf(code.length, outcome, limits);
  const found = [...(await shortcomings(code, limits.params, name)), ...codeNearLimit(usage)];
  return { file: name, codeBytes: code.length, readFrom, outcome, usage, shortcomings: found };
}

function exitFor(reports: readonly PrecheckReport[], strict: boolean): ExitCode {
  const code = Math.max(...reports.map(({ outcome }) => precheckExit(outcome))) as ExitCode;
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
  { file, codeBytes, readFrom, outcome, usage, shortcomings: warnings }: PrecheckReport,
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
  ];
  return [`${file}: ${verdict}`, ...lines.map((line) => `  ${line}`)].join('\n');
}
