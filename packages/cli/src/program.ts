import { HostError } from '@pvf/host';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { addComponentCommands } from './commands/component/register.ts';
import { type Context, createContext, type Io, type OutputOptions, print } from './commands/context.ts';
import { doctor } from './commands/doctor.ts';
import { inspect } from './commands/inspect.ts';
import { type PrecheckOptions, precheck } from './commands/precheck.ts';
import { type ValidateOptions, validate } from './commands/validate.ts';
import { CliError } from './errors.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { tellsOfFullDisk } from './output/failure.ts';
import { hostRemedy } from './output/host-remedies.ts';
import { toJson } from './output/json.ts';
import { VERSION } from './version.ts';

const EXIT_CODES_HELP = `
Exit codes:
  0  every PVF passes its precheck; vote for every candidate, or without a receipt: its PVF accepts it
  1  a PVF fails its precheck; vote against a candidate, or without a receipt: its PVF does not accept it
  2  nothing was done: usage, input or set-up
  3  abstain: a fault of this machine, a chain that could not be asked, or the deadline passed
  4  a candidate's PVF cannot be prepared anywhere
  5  with --check: not what the candidate file expects
  70  no verdict: a full disk, a broken installation, or a defect of this program
  130  interrupted`;

const EXECUTOR_PARAMS_HELP = 'the session’s, JSON array or @FILE (default: none; every answer says so)';
const BOMB_LIMIT_HELP = 'largest decompressed code (default: 30 MiB; every answer says so)';

type Action = () => Promise<ExitCode>;

/** Runs one command line. Resolves to the exit code; rejects only on a defect of this program. */
export async function runCli(argv: readonly string[], io: Io): Promise<ExitCode> {
  let action: Action = async () => EXIT.badInput;
  let output: OutputOptions = {};
  const choose = <O extends OutputOptions>(options: O, run: (context: Context) => Promise<ExitCode>) => {
    output = options;
    action = () => run(createContext(io, options));
  };
  const program = new Command('pvf')
    .description('Precheck, validate and inspect Polkadot parachain validation functions (PVFs).')
    .version(VERSION, '-V, --version')
    .showHelpAfterError('(pvf --help shows all commands, pvf COMMAND --help its options)')
    .addHelpText('after', EXIT_CODES_HELP)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    });

  withHostOptions(
    program
      .command('precheck')
      .description('Say whether PVFs can be prepared within the limits of prechecking.'),
  )
    .argument('<file...>', 'PVFs: WebAssembly, compressed blobs, or either as hexadecimal text')
    .action((files: string[], options: PrecheckOptions) =>
      choose(options, (context) => precheck(context, files, options)),
    );

  withHostOptions(
    program
      .command('validate')
      .description(
        'Execute candidates in isolated job processes. With their receipts: check what they claim and say how to vote; ' +
          'without: say whether their PVF accepts them.',
      ),
  )
    .requiredOption('--pvf <file>', 'the PVF')
    .option('--candidate <file...>', 'candidate files (JSON)')
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
    .option('--chain <json>', 'with a receipt, for backing: what the chain says, JSON or @FILE')
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
    .addOption(
      new Option('--kind <kind>', 'why it is validated: decides time limit and retries')
        .choices(['dispute', 'approval', 'backing-system', 'backing'])
        .default('approval'),
    )
    .option('--timeout <ms>', 'limit on CPU time (default: by kind and executor params)', integer())
    .option('--deadline <ms>', 'give up after that long, preparation included', integer())
    .option('--check', 'compare with what the candidate files expect; exit 0 or 5')
    .action((options: ValidateOptions) => choose(options, (context) => validate(context, options)));

  withOutputOptions(
    program.command('inspect').description('Show what the executor sees in a PVF, without running it.'),
  )
    .argument('<file>', 'the PVF')
    .option('--executor-params <json>', EXECUTOR_PARAMS_HELP)
    .option('--bomb-limit <bytes>', BOMB_LIMIT_HELP, integer())
    .action((file: string, options) => choose(options, (context) => inspect(context, file, options)));

  addComponentCommands(program, withOutputOptions, choose);

  withHostOptions(
    program
      .command('doctor')
      .description('Check the worker programs and what this machine offers to isolate jobs.'),
    false,
  ).action((options) => choose(options, (context) => doctor(context, options)));

  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.badInput;
    throw error;
  }
  try {
    const code = await action();
    return io.signal.aborted ? EXIT.interrupted : code;
  } catch (error) {
    if (!(error instanceof CliError || error instanceof HostError)) throw error;
    return report(io, output, error);
  }
}

async function report(io: Io, output: OutputOptions, error: CliError | HostError): Promise<ExitCode> {
  const remedy = error instanceof CliError ? error.remedy : hostRemedy(error);
  const exitCode = isFullDisk(error) ? EXIT.defect : EXIT.badInput;
  io.stderr.write(`pvf: ${error.message}${remedy === undefined ? '' : `\n  ${remedy}`}\n`);
  if (output.json === true) {
    const { code, meta, message } = error;
    await print(io, toJson({ exitCode, error: { code, message, remedy, meta } }));
  }
  return exitCode;
}

function isFullDisk({ meta }: CliError | HostError): boolean {
  return tellsOfFullDisk('errno' in meta ? meta.errno : 'step' in meta ? meta.reason : '');
}

function withOutputOptions(command: Command): Command {
  return command.option('--json', 'print JSON on stdout').option('-q, --quiet', 'no progress on stderr');
}

function withHostOptions(command: Command, prepares = true): Command {
  withOutputOptions(command)
    .option('-v, --verbose', 'the log of host and workers on stderr')
    .option('--cache-dir <dir>', 'keeps prepared artifacts (default: pvf in $XDG_CACHE_HOME or ~/.cache)')
    .option('--no-cache', 'prepare into a temporary directory, removed afterwards')
    .option('--insecure', 'run even if this machine lacks a layer of isolation; the log names it')
    .option('--prepare-worker <path>', 'another program to prepare with')
    .option('--execute-worker <path>', 'another program to execute with');
  if (!prepares) return command;
  return command
    .option('--executor-params <json>', EXECUTOR_PARAMS_HELP)
    .option('--bomb-limit <bytes>', BOMB_LIMIT_HELP, integer());
}

/** Parser of a whole number from 0 to `max`. */
function integer(max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value <= max)) throw new InvalidArgumentError(`It is no whole number from 0 to ${max}.`);
    return value;
  };
}
