import { type Command, InvalidArgumentError } from 'commander';
import type { ExitCode } from '../../exit-codes.ts';
import type { Context, OutputOptions } from '../context.ts';
import { type FlattenCommandOptions, flattenCommand } from './flatten.ts';
import { newProject, setup } from './project.ts';

type Choose = <O extends OutputOptions>(options: O, run: (context: Context) => Promise<ExitCode>) => void;

/** `pvf component …`: PVFs from WebAssembly components. */
export function addComponentCommands(
  program: Command,
  withOutputOptions: (command: Command) => Command,
  choose: Choose,
): void {
  const component = program
    .command('component')
    .description('Build PVFs from WebAssembly components, written in TypeScript or any language.');

  withOutputOptions(
    component.command('flatten').description('Make a PVF of a component of world pvf:parachain.'),
  )
    .argument('<file>', 'the component')
    .requiredOption('-o, --output <file>', 'where the PVF goes')
    .option('--compressed <file>', 'also write it as a compressed blob')
    .option('--memory-pages <n>', 'pages of 64 KiB in all, 515 of them the host’s (default: 2,048)', pages)
    .option('--insecure', 'flatten even if this machine lacks a layer of isolation')
    .action((file: string, options: FlattenCommandOptions) =>
      choose(options, (context) => flattenCommand(context, file, options)),
    );

  withOutputOptions(component.command('new').description('Make a project for a PVF in TypeScript.'))
    .argument('<directory>', 'a new or empty directory')
    .action((directory: string, options: OutputOptions) =>
      choose(options, (context) => newProject(context, directory, options)),
    );

  withOutputOptions(
    component.command('setup').description('Install the tools that flatten needs (npm, 105 MB).'),
  ).action((options: OutputOptions) => choose(options, (context) => setup(context, options)));
}

const MAX_PAGES = 65_536;

function pages(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value > 0 && value <= MAX_PAGES)) {
    throw new InvalidArgumentError(`It is no whole number from 1 to ${MAX_PAGES}.`);
  }
  return value;
}
