import type { BareRequest, PvfCode, PvfHost, ReceiptRequest, ValidationOutcome } from '@pvf/host';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { differences } from '../input/candidate.ts';
import { readCode } from '../input/code.ts';
import {
  type PvfParameterOptions,
  type PvfParameters,
  parametersLine,
  readPvfParameters,
} from '../input/pvf-parameters.ts';
import { type CandidateOptions, readValidations, type Validation } from '../input/validations.ts';
import { toJson } from '../output/json.ts';
import { artifactLines, validationExit, validationLines } from '../output/outcomes.ts';
import { shortcomings } from '../output/shortcomings.ts';
import { type Context, type HostCommandOptions, print, withHost } from './context.ts';
import { showProgress } from './progress.ts';

export interface ValidateOptions extends HostCommandOptions, PvfParameterOptions, CandidateOptions {
  readonly pvf: string;
  readonly timeout?: number;
  readonly deadline?: number;
  readonly check?: boolean;
}

interface Report {
  readonly name: string;
  readonly note: string | undefined;
  /** Whether a receipt was checked, so that the outcome is about a vote, or nothing but what the PVF says. */
  readonly answer: 'vote' | 'pvf-only';
  readonly outcome: ValidationOutcome;
  /** Only if the candidate file says what it expects. */
  readonly differences: string[] | undefined;
}

/** `pvf validate`: candidates of one PVF, one after the other. Everything is read before anything starts. */
export async function validate(context: Context, options: ValidateOptions): Promise<ExitCode> {
  const code = await readCode(options.pvf);
  const validations = await readValidations(options);
  const parameters = await readPvfParameters(options);

  const reports = await withHost(context, options, async (host) => {
    const pvf = await host.importCode(code);
    const done: Report[] = [];
    for (const validation of validations) {
      const outcome = await run(context, host, pvf, validation, parameters, options);
      context.terminal.done();
      const { expected, name, note, about } = validation;
      const answer = 'claim' in about ? 'vote' : 'pvf-only';
      const found = expected && differences(expected, outcome);
      const report: Report = { name, note, answer, outcome, differences: found };
      if (options.json !== true) await printReport(context, report, parameters, done.length === 0);
      done.push(report);
      if (outcome.kind === 'cancelled') break;
    }
    return done;
  });

  const exitCode = exitFor(reports, options.check === true);
  const doubtful = reports.some(({ outcome }) => outcome.kind !== 'valid');
  const warnings = doubtful ? await shortcomings(code, parameters.executorParams.value, options.pvf) : [];
  if (options.json !== true) {
    for (const warning of warnings) context.terminal.message(`warning: PVF ${options.pvf}: ${warning}`);
  } else {
    const body = {
      command: 'validate',
      exitCode,
      pvf: options.pvf,
      parameters,
      shortcomings: warnings,
      candidates: reports,
    };
    await print(context.io, toJson(body));
  }
  return exitCode;
}

function run(
  context: Context,
  host: PvfHost,
  code: PvfCode,
  { name, validationData, blockData, about }: Validation,
  parameters: PvfParameters,
  { kind, timeout, deadline }: ValidateOptions,
): Promise<ValidationOutcome> {
  const common = {
    code,
    kind,
    executorParams: parameters.executorParams.value,
    validationCodeBombLimit: parameters.validationCodeBombLimit.value,
    validationData,
    pov: { blockData },
    signal: context.io.signal,
    onProgress: showProgress(context.terminal, name),
    ...(timeout !== undefined && { executionTimeoutMs: timeout }),
    ...(deadline !== undefined && { deadlineMs: deadline }),
  };
  // The unions of kinds with chain, and of versions with parents, were checked when they were read.
  if ('claim' in about) return host.validate({ ...common, ...about.claim } as ReceiptRequest);
  const { descriptorVersion, relayParent, schedulingParent } = about.bare;
  return host.validate({
    ...common,
    descriptorVersion,
    ...(relayParent !== undefined && { relayParent }),
    ...(schedulingParent !== undefined && { schedulingParent }),
  } as BareRequest);
}

function exitFor(reports: readonly Report[], check: boolean): ExitCode {
  if (check && reports.some((report) => report.differences?.length !== 0)) return EXIT.unexpected;
  if (check) return EXIT.ok;
  return Math.max(...reports.map(({ outcome }) => validationExit(outcome))) as ExitCode;
}

async function printReport(
  context: Context,
  report: Report,
  parameters: PvfParameters,
  first: boolean,
): Promise<void> {
  const { name, note, outcome } = report;
  const [verdict, ...details] = validationLines(outcome);
  const lines = note === undefined ? details : [note, ...details];
  lines.push(parametersLine(parameters));
  if (report.differences !== undefined) {
    lines.push(report.differences.length === 0 ? 'as expected' : `DIFFERS: ${report.differences.join('; ')}`);
  }
  if (first && outcome.artifact !== undefined) lines.push(...artifactLines(outcome.artifact));
  await print(context.io, [`${name}: ${verdict}`, ...lines.map((line) => `  ${line}`)].join('\n'));
}
