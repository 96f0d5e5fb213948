import { Argument, type Command } from 'commander';
import type { OutputOptions } from '../commands/context.ts';
import { EXIT } from '../exit-codes.ts';
import { print } from '../output/print.ts';
import type { Choose } from './choose.ts';
import { withExamples, withOutputOptions } from './options.ts';

export function addCompletion(program: Command, choose: Choose): void {
  const command = program
    .command('completion')
    .description('Print a script that completes commands, options and files in a shell.')
    .addArgument(new Argument('<shell>', 'which one').choices(['bash', 'zsh', 'fish']));
  withExamples(withOutputOptions(command), [
    ['source <(pvf completion bash)', 'now; or put this line into ~/.bashrc'],
    ['pvf completion zsh > ~/.zfunc/_pvf', 'a directory of $fpath'],
    ['pvf completion fish > ~/.config/fish/completions/pvf.fish', 'for each shell from now on'],
  ]).action((shell: 'bash' | 'zsh' | 'fish', options: OutputOptions) =>
    choose(options, async ({ io }) => {
      const [{ completionTree }, { completionScript }] = await Promise.all([
        import('../completion/tree.ts'),
        import('../completion/scripts.ts'),
      ]);
      const script = completionScript(shell, completionTree(program));
      const body = { command: 'completion', exitCode: EXIT.ok, shell, script };
      await print(io, options.json === true ? JSON.stringify(body, null, 2) : script.trimEnd());
      return EXIT.ok;
    }),
  );
}
