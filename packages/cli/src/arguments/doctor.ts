import type { Command } from 'commander';
import type { HostCommandOptions } from '../commands/context.ts';
import type { Choose } from './choose.ts';
import { withExamples, withHostOptions } from './options.ts';

export function addDoctor(program: Command, choose: Choose): void {
  const command = program
    .command('doctor')
    .description('Check the worker programs and what this machine offers to isolate jobs.');
  withExamples(withHostOptions(command), [
    ['pvf doctor', 'is this machine fit, and if not, what to change'],
    ['pvf doctor --json', 'the same for a program'],
  ]).action((options: HostCommandOptions) =>
    choose(options, async (context) => {
      const { doctor } = await import('../commands/doctor.ts');
      return doctor(context, options);
    }),
  );
}
