import type { Command } from 'commander';
import type { PrecheckOptions } from '../commands/precheck.ts';
import type { Choose } from './choose.ts';
import { withClusterOptions } from './cluster.ts';
import { withNodeOptions } from './node.ts';
import { integer, withExamples, withHostOptions, withPvfOptions } from './options.ts';

export function addPrecheck(program: Command, choose: Choose): void {
  const command = program
    .command('precheck')
    .description('Say whether PVFs can be prepared within the limits of prechecking.')
    .argument(
      '[file...]',
      'PVFs (see Inputs in the README): WebAssembly, compressed blob, chain spec, hex, gzip, zstd, -',
    )
    .option('--strict', 'count warnings as failures: exit code 1')
    .option('--junit <file>', 'also write a JUnit report, for CI systems')
    .option('--jobs <n>', 'PVFs prepared at once (default: one for each CPU)', integer(64, 1))
    .option(
      '--max-code-size <bytes>',
      'largest code as the chain stores it (default: a tenth of the bomb limit, as relay chains have it)',
      integer(),
    );
  withExamples(withClusterOptions(withPvfOptions(withNodeOptions(withHostOptions(command)))), [
    ['pvf precheck runtime.compact.compressed.wasm', 'one runtime as built'],
    ['pvf precheck --strict --junit report.xml *.wasm', 'in CI: warnings fail, results as JUnit'],
    [
      'pvf precheck chain-spec-raw.json --chain polkadot',
      'the runtime in a chain spec, with Polkadot’s limits',
    ],
    ['pvf precheck --url wss://node.example', 'the runtime that a parachain’s node runs'],
  ]).action((files: string[], options: PrecheckOptions) =>
    choose(options, async (context) => {
      const { requireClusterUsage } = await import('../commands/cluster/connect.ts');
      requireClusterUsage(options, { jobs: options.jobs });
      const { precheck } = await import('../commands/precheck.ts');
      return precheck(context, files, options);
    }),
  );
}
