import type { HostError } from '@pvf/host';
import type { CommanderError } from 'commander';
import type { CliError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { tellsOfFullDisk } from './failure.ts';
import { hostRemedy } from './host-remedies.ts';
import { asksForJson, toJson } from './json.ts';
import { type Io, print } from './print.ts';

/** Told by its name: the host's package is loaded only by commands that start a host. */
export function isHostError(error: unknown): error is HostError {
  return error instanceof Error && error.name === 'HostError' && 'code' in error;
}

/** An error of the caller's or of the machine's making: cause and remedy on stderr, with `json` also as JSON. */
export async function report(io: Io, json: boolean, error: CliError | HostError): Promise<ExitCode> {
  const remedy = isHostError(error) ? hostRemedy(error) : error.remedy;
  const exitCode = isFullDisk(error) ? EXIT.defect : EXIT.badInput;
  io.stderr.write(`pvf: ${error.message}${remedy === undefined ? '' : `\n  ${remedy}`}\n`);
  if (json) {
    const { code, meta, message } = error;
    await print(io, toJson({ exitCode, error: { code, message, remedy, meta } }));
  }
  return exitCode;
}

/** A command line that is wrong: commander has told it on stderr; with `--json` it is told as JSON too. */
export async function reportUsage(io: Io, argv: readonly string[], error: CommanderError): Promise<void> {
  if (!asksForJson(argv)) return;
  const message =
    error.code === 'commander.help' ? 'no command is given' : error.message.replace(/^error: /, '');
  const remedy = 'pvf --help shows all commands, pvf COMMAND --help its options';
  const meta = { reason: error.code };
  await print(io, toJson({ exitCode: EXIT.badInput, error: { code: 'USAGE', message, remedy, meta } }));
}

function isFullDisk({ meta }: CliError | HostError): boolean {
  return tellsOfFullDisk('errno' in meta ? meta.errno : 'step' in meta ? meta.reason : '');
}
