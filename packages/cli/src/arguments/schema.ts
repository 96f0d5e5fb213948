import type { Command } from 'commander';
import { print } from '../commands/context.ts';
import { EXIT } from '../exit-codes.ts';
import type { Choose } from './choose.ts';
import { withExamples } from './options.ts';

export function addSchema(program: Command, choose: Choose): void {
  const command = program.command('schema').description('Print the JSON schema of what --json prints.');
  withExamples(command, [
    ['pvf schema > pvf-output.schema.json', 'also in the package: @pvf/cli/schema.json'],
  ]).action(() =>
    choose({}, async ({ io }) => {
      const { OUTPUT_SCHEMA } = await import('../output/schema.ts');
      await print(io, JSON.stringify(OUTPUT_SCHEMA, null, 2));
      return EXIT.ok;
    }),
  );
}
