import type { Command } from 'commander';
import type { ReplayOptions } from '../commands/replay/replay-options.ts';
import type { Choose } from './choose.ts';
import { withClusterOptions } from './cluster.ts';
import { withNodeOptions } from './node.ts';
import { integer, withExamples, withHostOptions, withPvfOptions } from './options.ts';
import { kindOption } from './validate.ts';

export function addReplay(program: Command, choose: Choose): void {
  const command = program
    .command('replay')
    .description(
      'Execute thousands of candidates, many at once, and say what became of them; or compare two sides.',
    )
    .argument(
      '<source>',
      'a directory with candidate files and exported PoVs, or a file with a candidate on each line',
    )
    .option('--pvf <file>', 'the PVF')
    .option('--jobs <n>', 'candidates executed at once (default: one for each CPU)', integer(256, 1))
    .option('-o, --output <file>', 'results, a line of JSON for each candidate as soon as it is done')
    .option('--resume', 'go on where an earlier call with the same --output stopped')
    .option('--csv <file>', 'all results as CSV, at the end')
    .option('--compare-pvf <file>', 'also execute each candidate with this PVF, and list every difference')
    .option('--compare-prepare-worker <path>', 'the same with another pair of worker programs')
    .option('--compare-execute-worker <path>', 'the same')
    .addOption(kindOption())
    .option('--v3-seen', 'with receipts: the node has seen the node feature CandidateReceiptV3')
    .option('--no-v3-seen', 'with receipts: it has not')
    .option(
      '--max-pov-size <bytes>',
      'for candidates that do not say it (default: 10 MiB)',
      integer(0xffff_ffff),
    )
    .option('--timeout <ms>', 'limit on CPU time (default: by kind and executor params)', integer())
    .option('--check', 'compare with what the candidates expect; exit 0 or 5');
  withExamples(withClusterOptions(withPvfOptions(withNodeOptions(withHostOptions(command)))), [
    ['pvf replay candidates/ --pvf runtime.wasm -o results.jsonl', 'a summary by outcome, with the slowest'],
    ['pvf replay blocks.jsonl --pvf runtime.wasm -o results.jsonl --resume', 'go on after Ctrl-C'],
    [
      'pvf replay candidates/ --pvf old.wasm --compare-pvf new.wasm',
      'does the new runtime judge old blocks alike?',
    ],
    [
      'pvf replay blocks.jsonl --pvf runtime.wasm --cluster nats://nats-0:4222 --redundancy 2',
      'by the agents of a cluster, two for each candidate',
    ],
  ]).action((source: string, options: ReplayOptions) =>
    choose(options, async (context) => {
      const { requireClusterUsage } = await import('../commands/cluster/connect.ts');
      const { jobs, comparePvf, comparePrepareWorker, compareExecuteWorker } = options;
      requireClusterUsage(options, { jobs, comparePvf, comparePrepareWorker, compareExecuteWorker });
      if (options.cluster !== undefined) {
        const { replayOnCluster } = await import('../commands/cluster/replay.ts');
        return replayOnCluster(context, source, options);
      }
      const { replay } = await import('../commands/replay/replay.ts');
      return replay(context, source, options);
    }),
  );
}
