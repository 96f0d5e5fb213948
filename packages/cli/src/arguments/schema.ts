import type { Command } from 'commander';
import type { OutputOptions } from '../commands/context.ts';
import { EXIT } from '../exit-codes.ts';
import { print } from '../output/print.ts';
import type { Choose } from './choose.ts';
import { withExamples, withOutputOptions } from './options.ts';

export function addSchema(program: Command, choose: Choose): void {
  const command = program.command('schema').description('Print the JSON schema of what --json prints.');
  withExamples(withOutputOptions(command), [
    ['pvf schema > pvf-output.schema.json', 'also in the package: @pvf/cli/schema.json'],
  ]).action((options: OutputOptions) =>
    choose(options, async ({ io }) => {
      const { OUTPUT_SCHEMA } = await import('../output/schema.ts');
      const body = { command: 'schema', exitCode: EXIT.ok, schema: OUTPUT_SCHEMA };
      await print(io, JSON.stringify(options.json === true ? body : OUTPUT_SCHEMA, null, 2));
      return EXIT.ok;
    }),
  );
}
