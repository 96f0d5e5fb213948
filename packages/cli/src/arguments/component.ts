import { type Command, InvalidArgumentError } from 'commander';
import type { FlattenCommandOptions } from '../commands/component/flatten.ts';
import type { OutputOptions } from '../commands/context.ts';
import type { Choose } from './choose.ts';
import { withExamples, withOutputOptions } from './options.ts';

/** `pvf component …`: PVFs from WebAssembly components. */
export function addComponentCommands(program: Command, choose: Choose): void {
  const component = program
    .command('component')
    .description('Build PVFs from WebAssembly components, written in TypeScript or any language.');
  withExamples(component, [
    ['pvf component new my-chain', 'a project for a PVF in TypeScript'],
    ['pvf component flatten my.component.wasm -o pvf.wasm', 'a PVF of a WebAssembly component'],
  ]);

  withExamples(
    withOutputOptions(
      component.command('flatten').description('Make a PVF of a component of world pvf:parachain.'),
    ),
    [
      [
        'pvf component flatten my.component.wasm -o pvf.wasm --compressed pvf.compressed.wasm',
        'as WebAssembly, and as the blob that goes on chain',
      ],
    ],
  )
    .argument('<file>', 'the component')
    .requiredOption('-o, --output <file>', 'where the PVF goes')
    .option('--compressed <file>', 'also write it as a compressed blob')
    .option('--memory-pages <n>', 'pages of 64 KiB in all, 515 of them the host’s (default: 2,048)', pages)
    .option('--insecure', 'flatten even if this machine lacks a layer of isolation')
    .action((file: string, options: FlattenCommandOptions) =>
      choose(options, async (context) => {
        const { flattenCommand } = await import('../commands/component/flatten.ts');
        return flattenCommand(context, file, options);
      }),
    );

  withExamples(
    withOutputOptions(component.command('new').description('Make a project for a PVF in TypeScript.')),
    [['pvf component new my-chain', 'then: cd my-chain && npm install && npm test']],
  )
    .argument('<directory>', 'a new or empty directory')
    .action((directory: string, options: OutputOptions) =>
      choose(options, async (context) => {
        const { newProject } = await import('../commands/component/project.ts');
        return newProject(context, directory, options);
      }),
    );

  withExamples(
    withOutputOptions(
      component.command('setup').description('Install the tools that flatten needs (npm, 105 MB).'),
    ),
    [['pvf component setup', 'once; it needs npm and a registry']],
  ).action((options: OutputOptions) =>
    choose(options, async (context) => {
      const { setup } = await import('../commands/component/project.ts');
      return setup(context, options);
    }),
  );
}

const MAX_PAGES = 65_536;

function pages(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value > 0 && value <= MAX_PAGES)) {
    throw new InvalidArgumentError(`It is not a whole number from 1 to ${MAX_PAGES}.`);
  }
  return value;
}
