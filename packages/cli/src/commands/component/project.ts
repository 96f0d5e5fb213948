import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { toJson } from '../../output/json.ts';
import { print } from '../../output/print.ts';
import type { Context, OutputOptions } from '../context.ts';
import { asCliError } from './errors.ts';

/** `pvf component new DIR`: a project for a validation function in TypeScript. */
export async function newProject(
  context: Context,
  directory: string,
  options: OutputOptions,
): Promise<ExitCode> {
  const { createProject } = await import('@pvf/component');
  let files: string[];
  try {
    files = createProject(directory);
  } catch (error) {
    throw asCliError(error);
  }
  if (options.json === true) {
    await print(context.io, toJson({ command: 'component new', exitCode: EXIT.ok, directory, files }));
  } else {
    const next = `next: cd ${directory} && npm install && npm test`;
    await print(context.io, [...files.map((name) => `${directory}/${name}`), next].join('\n'));
  }
  return EXIT.ok;
}

/** `pvf component setup`: installs what `flatten` needs. */
export async function setup(context: Context, options: OutputOptions): Promise<ExitCode> {
  const { installToolchain } = await import('@pvf/component');
  context.terminal.step('installing the toolchain of @pvf/component');
  const directory = await installToolchain().catch((error: unknown) => {
    throw asCliError(error);
  });
  context.terminal.done();
  const body = { command: 'component setup', exitCode: EXIT.ok, directory };
  await print(context.io, options.json === true ? toJson(body) : `installed in ${directory}`);
  return EXIT.ok;
}
