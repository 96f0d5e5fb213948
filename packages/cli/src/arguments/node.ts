import type { Command } from 'commander';
import { integer } from './options.ts';

/** Options that get a PVF and its limits from a node. */
export function withNodeOptions(command: Command): Command {
  return command
    .option(
      '--url <ws>',
      'get the PVF from a node (ws:// or wss://, read only): a parachain’s, or with --para a relay chain’s',
    )
    .option(
      '--para <id>',
      'with --url of a relay chain: this para’s code, with executor params and bomb limit',
      integer(0xffff_ffff),
    )
    .option('--at <hash>', 'with --url: as of this block (default: the last finalized one)');
}
