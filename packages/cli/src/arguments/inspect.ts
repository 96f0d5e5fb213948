import type { Command } from 'commander';
import type { InspectCommandOptions } from '../commands/inspect.ts';
import type { Choose } from './choose.ts';
import { withNodeOptions } from './node.ts';
import { withExamples, withOutputOptions, withPvfOptions } from './options.ts';

export function addInspect(program: Command, choose: Choose): void {
  const command = program
    .command('inspect')
    .description('Show what the executor sees in a PVF, or what an artifact is of, without running it.')
    .argument('[file]', 'a PVF (see Inputs in the README) or an artifact of the cache directory (*.pvf)');
  withExamples(withPvfOptions(withNodeOptions(withOutputOptions(command))), [
    [
      'pvf inspect runtime.wasm',
      'imports, exports, memory, features, stack costs, and whether it is refused',
    ],
    ['pvf inspect ~/.cache/pvf/*.pvf', 'an artifact: engine, sizes, and what it was made from'],
  ]).action((file: string | undefined, options: InspectCommandOptions) =>
    choose(options, async (context) => {
      const { inspect } = await import('../commands/inspect.ts');
      return inspect(context, file, options);
    }),
  );
}
