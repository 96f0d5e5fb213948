import type { PrecheckOutcome } from '@pvf/host';
import type { ExitCode } from '../exit-codes.ts';
import { readCode } from '../input/code.ts';
import {
  type PvfParameterOptions,
  type PvfParameters,
  parametersLine,
  readPvfParameters,
} from '../input/pvf-parameters.ts';
import { toJson } from '../output/json.ts';
import { precheckExit, precheckLines } from '../output/outcomes.ts';
import { shortcomings } from '../output/shortcomings.ts';
import { bytes } from '../output/units.ts';
import { type Context, type HostCommandOptions, print, withHost } from './context.ts';
import { showProgress } from './progress.ts';

export interface PrecheckOptions extends HostCommandOptions, PvfParameterOptions {}

interface Report {
  readonly file: string;
  readonly codeBytes: number;
  readonly outcome: PrecheckOutcome;
  /** What makes the PVF useless although a precheck accepts it. */
  readonly shortcomings: string[];
}

/** `pvf precheck FILE…`: one outcome per file, in order. Files are read before anything starts. */
export async function precheck(
  context: Context,
  files: string[],
  options: PrecheckOptions,
): Promise<ExitCode> {
  const codes: [file: string, code: Uint8Array][] = [];
  for (const file of files) codes.push([file, await readCode(file)]);
  const parameters = await readPvfParameters(options);
  const executorParams = parameters.executorParams.value;

  const reports = await withHost(context, options, async (host) => {
    const done: Report[] = [];
    for (const [file, code] of codes) {
      const outcome = await host.precheck({
        code,
        executorParams,
        validationCodeBombLimit: parameters.validationCodeBombLimit.value,
        signal: context.io.signal,
        onProgress: showProgress(context.terminal, file),
      });
      context.terminal.done();
      const report = {
        file,
        codeBytes: code.length,
        outcome,
        shortcomings: await shortcomings(code, executorParams, file),
      };
      if (options.json !== true) await print(context.io, text(report, parameters));
      done.push(report);
    }
    return done;
  });

  const exitCode = Math.max(...reports.map(({ outcome }) => precheckExit(outcome))) as ExitCode;
  if (options.json === true)
    await print(context.io, toJson({ command: 'precheck', exitCode, parameters, pvfs: reports }));
  return exitCode;
}

function text(
  { file, codeBytes, outcome, shortcomings: warnings }: Report,
  parameters: PvfParameters,
): string {
  const [verdict, ...details] = precheckLines(outcome);
  const lines = [
    `file ${bytes(codeBytes)}`,
    ...details,
    parametersLine(parameters),
    ...warnings.map((warning) => `warning: ${warning}`),
  ];
  return [`${file}: ${verdict}`, ...lines.map((line) => `  ${line}`)].join('\n');
}
