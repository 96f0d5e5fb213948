import { type Command, InvalidArgumentError } from 'commander';
import { addChainOption } from '../input/chain-option.ts';
import { PRESETS } from '../input/presets.ts';

const BOMB_LIMIT_HELP = 'largest decompressed code (default: 30 MiB; every answer says so)';

/** Options of every command. */
export function withOutputOptions(command: Command): Command {
  return command
    .option('--json', 'print one JSON object on stdout (its schema: pvf schema)')
    .option('-q, --quiet', 'no progress on stderr')
    .option('-v, --verbose', 'the log of host and workers on stderr');
}

/** Options of every command that starts a host. */
export function withHostOptions(command: Command): Command {
  return withOutputOptions(command)
    .option('--cache-dir <dir>', 'keeps prepared artifacts (default: pvf in $XDG_CACHE_HOME or ~/.cache)')
    .option('--no-cache', 'prepare into a temporary directory, removed afterwards')
    .option('--insecure', 'run even if this machine lacks a layer of isolation; the log names it')
    .option('--allow-untested-node', 'let workers run on a Node 24 that they were not tested on')
    .option('--prepare-worker <path>', 'another program to prepare with')
    .option('--execute-worker <path>', 'another program to execute with');
}

/** Options that say what a PVF is prepared with. */
export function withPvfOptions(command: Command): Command {
  return command
    .option(
      '--executor-params <json>',
      'the session’s, JSON array or @FILE (default: none; every answer says so)',
    )
    .option(
      '--chain <name>',
      `executor params that are known of a chain (${Object.keys(PRESETS).join(', ')}); with a receipt, for backing: ` +
        'what the chain says, JSON or @FILE',
      addChainOption,
    )
    .option('--bomb-limit <bytes>', BOMB_LIMIT_HELP, integer())
    .option(
      '--max-memory-pages <n>',
      'executor param MaxMemoryPages alone: pages of 64 KiB',
      integer(0xffff_ffff),
    )
    .option('--max-stack-values <n>', 'executor param StackLogicalMax alone', integer(0xffff_ffff))
    .option(
      '--prep-timeout <ms>',
      'executor param PvfPrepTimeout alone: CPU time of the preparation',
      integer(),
    )
    .option('--prep-memory <bytes>', 'executor param PrecheckingMaxMemory alone', integer());
}

/** Parser of a whole number from `min` to `max`. */
export function integer(max = Number.MAX_SAFE_INTEGER, min = 0): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max))
      throw new InvalidArgumentError(`It is not a whole number from ${min} to ${max}.`);
    return value;
  };
}

/** Examples under a command's options: each a line that works as it stands. */
export function withExamples(
  command: Command,
  examples: readonly (readonly [line: string, what: string])[],
): Command {
  const lines = examples.map(([line, what]) => `  $ ${line}\n      ${what}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}
