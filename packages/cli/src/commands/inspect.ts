import { CliError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { readInput, STDIN } from '../input/file.ts';
import { loadPvf } from '../input/load-pvf.ts';
import type { NodeOptions } from '../input/node/node-options.ts';
import { type PvfParameterOptions, parametersLine, readPvfParameters } from '../input/pvf-parameters.ts';
import { reportOnModule } from '../inspector/module-report.ts';
import { inspectionLines } from '../output/inspection.ts';
import { toJson } from '../output/json.ts';
import { print, say } from '../output/print.ts';
import { bytes } from '../output/units.ts';
import type { Context, OutputOptions } from './context.ts';
import { inspectArtifact, isArtifact } from './inspect-artifact.ts';

export interface InspectCommandOptions extends OutputOptions, PvfParameterOptions, NodeOptions {}

/** `pvf inspect FILE`: a report on the module. Exit code 1 if prevalidation or the rewriting refuses it. */
export async function inspect(
  context: Context,
  path: string | undefined,
  options: InspectCommandOptions,
): Promise<ExitCode> {
  const { BlobError, decompressBlob } = await import('@pvf/executor');
  if (path !== undefined && path !== STDIN && options.url === undefined) {
    const file = await readInput(path, 'PVF', context.io.stdin);
    if (isArtifact(file)) return inspectArtifact(context, path, file, options);
  }
  const ways = { option: 'FILE', signal: context.io.signal, stdin: context.io.stdin };
  const { name: file, code, readFrom, said } = await loadPvf(path, options, ways);
  const parameters = await readPvfParameters(options, 'Prepare', said);
  const params = parameters.executorParams.value;
  let module: Uint8Array;
  try {
    module = decompressBlob(code, parameters.validationCodeBombLimit.value);
  } catch (error) {
    if (!(error instanceof BlobError)) throw error;
    const remedy =
      error.code === 'POSSIBLE_BOMB'
        ? 'allow more with --bomb-limit'
        : 'the file is cut off or damaged: get it again';
    throw new CliError(
      'NOT_CODE',
      { path: file, length: code.length },
      `PVF ${file}: ${error.message}`,
      remedy,
    );
  }

  const { report, component, warnings } = await reportOnModule(module, params, file);
  const exitCode = report.rejection === undefined ? EXIT.ok : EXIT.against;
  if (options.json === true) {
    const body = {
      command: 'inspect',
      exitCode,
      file,
      fileBytes: code.length,
      readFrom,
      parameters,
      ...(component !== undefined && { component }),
      shortcomings: warnings,
      report,
    };
    await print(context.io, toJson(body));
  } else {
    const lines =
      component === undefined
        ? [...inspectionLines(report, code.length), ...warnings.map((warning) => `warning: ${warning}`)]
        : [`${file}: ${bytes(code.length)}`, ...warnings];
    await say(context.io, [...lines, parametersLine(parameters)].join('\n'));
  }
  return exitCode;
}
