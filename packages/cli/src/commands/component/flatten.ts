import { writeFile } from 'node:fs/promises';
import { CliError } from '../../errors.ts';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { readInput } from '../../input/file.ts';
import { toJson } from '../../output/json.ts';
import { print } from '../../output/print.ts';
import { bytes } from '../../output/units.ts';
import type { Context, OutputOptions } from '../context.ts';
import { asCliError } from './errors.ts';

export interface FlattenCommandOptions extends OutputOptions {
  readonly output: string;
  readonly compressed?: string;
  readonly memoryPages?: number;
  readonly insecure?: boolean;
}

/** `pvf component flatten FILE -o OUT`: makes a classic PVF of a component. */
export async function flattenCommand(
  context: Context,
  file: string,
  options: FlattenCommandOptions,
): Promise<ExitCode> {
  const { flatten } = await import('@pvf/component');
  const component = await readInput(file, 'component');
  context.terminal.step(`flattening ${file}`);
  const result = await flatten(component, {
    ...(options.memoryPages !== undefined && { memoryPages: options.memoryPages }),
    sandbox: options.insecure === true ? 'best-effort' : 'required',
    signal: context.io.signal,
  }).catch((error: unknown) => {
    throw asCliError(error, `component ${file}`);
  });
  context.terminal.done();
  await write(options.output, result.module);
  if (options.compressed !== undefined) await write(options.compressed, result.compressed);
  const { trapped, warnings } = result;
  const report = {
    file,
    output: options.output,
    componentBytes: component.length,
    moduleBytes: result.module.length,
    compressedBytes: result.compressed.length,
    trapped,
    warnings,
  };
  if (options.json === true) {
    await print(context.io, toJson({ command: 'component flatten', exitCode: EXIT.ok, ...report }));
    return EXIT.ok;
  }
  const lines = [
    `${options.output}: ${bytes(report.moduleBytes)}, ${bytes(report.compressedBytes)} compressed`,
    ...warnings.map((warning) => `warning: ${warning}`),
  ];
  await print(context.io, lines.join('\n'));
  return EXIT.ok;
}

async function write(path: string, contents: Uint8Array): Promise<void> {
  try {
    await writeFile(path, contents);
  } catch (error) {
    const errno = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new CliError(
      'INPUT_FILE',
      { path, errno },
      `cannot write ${path}: ${errno}`,
      'check the path, and that its directory exists and can be written',
    );
  }
}
