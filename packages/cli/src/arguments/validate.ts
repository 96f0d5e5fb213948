import { type Command, Option } from 'commander';
import type { ValidateOptions } from '../commands/validate-options.ts';
import type { Choose } from './choose.ts';
import { withNodeOptions } from './node.ts';
import { integer, withExamples, withHostOptions, withPvfOptions } from './options.ts';

export function addValidate(program: Command, choose: Choose): void {
  const command = program
    .command('validate')
    .description(
      'Execute candidates in isolated job processes. With their receipts: check what they claim and say how to vote; ' +
        'without: say whether their PVF accepts them.',
    )
    .option(
      '--pvf <file>',
      'the PVF: WebAssembly, compressed blob, chain spec, hex, gzip, zstd, or - for stdin',
    )
    .option(
      '--pov-file <file...>',
      'blocks that a collator exported (--export-pov-to-path), or candidate files',
    )
    .option('--candidate <file...>', 'candidate files (JSON), or blocks that a collator exported')
    .option('--parent-head <hex>', 'parent head data: hexadecimal, or @FILE')
    .option('--pov <file>', 'block data as a collator sends it, maybe compressed')
    .option(
      '--relay-parent-number <n>',
      'number of the relay parent (default: 0 without a receipt)',
      integer(0xffff_ffff),
    )
    .option(
      '--relay-storage-root <hex>',
      'storage root of the relay parent (default: zeros without a receipt)',
    )
    .option('--receipt <hex>', 'the candidate receipt (SCALE): hexadecimal, or @FILE')
    .option('--v3-seen', 'with a receipt: the node has seen the node feature CandidateReceiptV3')
    .option('--no-v3-seen', 'with a receipt: it has not')
    .option('--relay-parent <hex>', 'without a receipt: hash of the relay parent, seen by V3 candidates')
    .option('--scheduling-parent <hex>', 'without a receipt: hash of the scheduling parent, as above')
    .option(
      '--descriptor-version <n>',
      'without a receipt: version of its descriptor (default: 1)',
      integer(255),
    )
    .option(
      '--max-pov-size <bytes>',
      'of the persisted validation data, for candidate files that do not say it (default: 10 MiB without a receipt)',
      integer(0xffff_ffff),
    )
    .addOption(kindOption())
    .option('--timeout <ms>', 'limit on CPU time (default: by kind and executor params)', integer())
    .option('--deadline <ms>', 'give up after that long, preparation included', integer())
    .option(
      '--repeat <n>',
      'execute each candidate that often and show how its CPU time varies',
      integer(10_000, 1),
    )
    .option('--check', 'compare with what the candidate files expect; exit 0 or 5');
  withExamples(withPvfOptions(withNodeOptions(withHostOptions(command))), [
    ['pvf validate --pvf chain-spec-raw.json --pov-file 0xabc_12.pov', 'a block that a collator exported'],
    [
      'pvf validate --pvf runtime.wasm --candidate block.json',
      'a candidate file; with its receipt in it: a vote',
    ],
    ['pvf validate --pvf runtime.wasm --pov-file block.pov --repeat 20', 'twenty times, with a histogram'],
    [
      'pvf validate --url wss://relay.example --para 2000 --pov-file block.pov',
      'with the limits that the chain has now',
    ],
  ]).action((options: ValidateOptions) =>
    choose(options, async (context) => {
      const { validate } = await import('../commands/validate.ts');
      return validate(context, options);
    }),
  );
}

export function kindOption(): Option {
  return new Option('--kind <kind>', 'why it is validated: decides time limit and retries')
    .choices(['dispute', 'approval', 'backing-system', 'backing'])
    .default('approval');
}
