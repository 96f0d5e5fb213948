import { Command, CommanderError } from 'commander';
import { addArtifacts } from './arguments/artifacts.ts';
import type { Choose } from './arguments/choose.ts';
import { addCluster } from './arguments/cluster.ts';
import { addCompletion } from './arguments/completion.ts';
import { addComponentCommands } from './arguments/component.ts';
import { addDoctor } from './arguments/doctor.ts';
import { addInspect } from './arguments/inspect.ts';
import { withExamples } from './arguments/options.ts';
import { addPrecheck } from './arguments/precheck.ts';
import { addReplay } from './arguments/replay.ts';
import { addSchema } from './arguments/schema.ts';
import { addServe } from './arguments/serve.ts';
import { addValidate } from './arguments/validate.ts';
import { createContext, type OutputOptions } from './commands/context.ts';
import { CliError } from './errors.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Io } from './output/print.ts';
import { isHostError, report, reportUsage } from './output/report.ts';
import { VERSION } from './version.ts';

const EXIT_CODES_HELP = `
Exit codes:
  0   every PVF passes its precheck; vote for every candidate, or without a
      receipt: its PVF accepts it
  1   a PVF fails its precheck; vote against a candidate, or without a
      receipt: its PVF does not accept it
  2   nothing was done: usage, input or set-up
  3   abstain: a fault of this machine, a chain that could not be asked, or
      the deadline passed
  4   a candidate's PVF cannot be prepared anywhere
  5   not what was expected: with --check of the candidate file, with
      --repeat or a comparison of the other runs
  70  no verdict: a full disk, a broken installation, or a defect of this
      program
  130 interrupted`;

/** In this order in the help. Each loads what it does only when it is chosen: the program starts fast. */
const COMMANDS = [
  addPrecheck,
  addValidate,
  addReplay,
  addInspect,
  addArtifacts,
  addDoctor,
  addServe,
  addCluster,
  addComponentCommands,
  addCompletion,
  addSchema,
];

/** The command line as commander knows it; `choose` is told what is to run. */
export function createProgram(choose: Choose, io: Pick<Io, 'stdout' | 'stderr'>): Command {
  const program = new Command('pvf')
    .description('Precheck, validate and inspect Polkadot parachain validation functions (PVFs).')
    .version(VERSION, '-V, --version')
    .showHelpAfterError('(pvf --help shows all commands, pvf COMMAND --help its options)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 80,
      getErrHelpWidth: () => io.stderr.columns ?? 80,
    });
  withExamples(program, [
    ['pvf precheck runtime.compact.compressed.wasm', 'can this runtime be prepared within the limits?'],
    ['pvf validate --pvf runtime.wasm --pov-file block.pov', 'is this block valid, and if not, why?'],
    ['pvf doctor', 'is this machine fit to validate?'],
  ]).addHelpText('after', EXIT_CODES_HELP);
  for (const add of COMMANDS) add(program, choose);
  return program;
}

/** Runs one command line. Resolves to the exit code; rejects only on a defect of this program. */
export async function runCli(argv: readonly string[], io: Io): Promise<ExitCode> {
  let action: () => Promise<ExitCode> = async () => EXIT.badInput;
  let output: OutputOptions = {};
  let endsBySignal = false;
  const choose: Choose = (options, run, how) => {
    output = options;
    endsBySignal = how?.endsBySignal === true;
    action = () => run(createContext(io, options));
  };
  try {
    await createProgram(choose, io).parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.ok;
    await reportUsage(io, argv, error);
    return EXIT.badInput;
  }
  try {
    const code = await action();
    return io.signal.aborted && !endsBySignal ? EXIT.interrupted : code;
  } catch (error) {
    if (io.signal.aborted) return EXIT.interrupted;
    if (!(error instanceof CliError || isHostError(error))) throw error;
    return report(io, output.json === true, error);
  }
}
