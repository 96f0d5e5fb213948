import { Argument, type Command } from 'commander';
import { print } from '../commands/context.ts';
import { EXIT } from '../exit-codes.ts';
import type { Choose } from './choose.ts';
import { withExamples } from './options.ts';

export function addCompletion(program: Command, choose: Choose): void {
  const command = program
    .command('completion')
    .description('Print a script that completes commands, options and files in a shell.')
    .addArgument(new Argument('<shell>', 'which one').choices(['bash', 'zsh', 'fish']));
  withExamples(command, [
    ['source <(pvf completion bash)', 'now; or put this line into ~/.bashrc'],
    ['pvf completion zsh > ~/.zfunc/_pvf', 'a directory of $fpath'],
    ['pvf completion fish > ~/.config/fish/completions/pvf.fish', 'for each shell from now on'],
  ]).action((shell: 'bash' | 'zsh' | 'fish') =>
    choose({}, async ({ io }) => {
      const [{ completionTree }, { completionScript }] = await Promise.all([
        import('../completion/tree.ts'),
        import('../completion/scripts.ts'),
      ]);
      await print(io, completionScript(shell, completionTree(program)).trimEnd());
      return EXIT.ok;
    }),
  );
}
