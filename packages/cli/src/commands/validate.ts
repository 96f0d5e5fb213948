import type { PvfCode, PvfHost, ValidationOutcome } from '@pvf/host';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { differences } from '../input/differences.ts';
import { loadPvf } from '../input/load-pvf.ts';
import { type PvfParameters, parametersLine } from '../input/pvf-parameters.ts';
import { readValidations, type Validation } from '../input/validations.ts';
import { explain } from '../output/explain.ts';
import { toJson } from '../output/json.ts';
import { artifactLines, validationExit, validationLines } from '../output/outcomes.ts';
import { print, say } from '../output/print.ts';
import { differs, type Repeated, repeatedLines, summarize } from '../output/repeated.ts';
import { shortcomings } from '../output/shortcomings.ts';
import { type Context, withHost } from './context.ts';
import { showProgress } from './progress.ts';
import { parametersOf, requireCodeOf, runValidation } from './run-validation.ts';
import type { ValidateOptions } from './validate-options.ts';

interface Report {
  readonly name: string;
  readonly note: string | undefined;
  /** Whether a receipt was checked, so that the outcome is about a vote, or nothing but what the PVF says. */
  readonly answer: 'vote' | 'pvf-only';
  /** Of the last run, or of the first that differs from the first. */
  readonly outcome: ValidationOutcome;
  readonly explanation: string;
  readonly parameters: PvfParameters;
  readonly repeated: Repeated | undefined;
  /** Only if the candidate file says what it expects. */
  readonly differences: string[] | undefined;
}

/** `pvf validate`: candidates of one PVF, one after the other. Everything is read before anything starts. */
export async function validate(context: Context, options: ValidateOptions): Promise<ExitCode> {
  const { signal, stdin } = context.io;
  const pvf = await loadPvf(options.pvf, options, { option: '--pvf', signal, stdin });
  const validations = await readValidations(options, stdin);
  const candidates: [Validation, PvfParameters][] = [];
  for (const each of validations) candidates.push([each, await parametersOf(each, options, pvf.said)]);

  const reports = await withHost(context, options, async (host) => {
    const code = await host.importCode(pvf.code);
    const done: Report[] = [];
    for (const [validation, parameters] of candidates) {
      const report = await judge(context, host, code, validation, parameters, options);
      context.terminal.done();
      if (options.json !== true) await printReport(context, report, done.length === 0);
      done.push(report);
      if (report.outcome.kind === 'cancelled') break;
    }
    return done;
  });

  const exitCode = exitFor(reports, options.check === true);
  const [parameters] = reports.map((report) => report.parameters);
  const doubtful = reports.some(({ outcome }) => outcome.kind !== 'valid');
  const warnings = doubtful
    ? await shortcomings(pvf.code, parameters?.executorParams.value ?? [], pvf.name)
    : [];
  if (options.json !== true) {
    for (const warning of warnings) context.terminal.message(`warning: PVF ${pvf.name}: ${warning}`);
  } else {
    const body = {
      command: 'validate',
      exitCode,
      pvf: pvf.name,
      readFrom: pvf.readFrom,
      parameters,
      shortcomings: warnings,
      candidates: reports,
    };
    await print(context.io, toJson(body));
  }
  return exitCode;
}

async function judge(
  context: Context,
  host: PvfHost,
  code: PvfCode,
  validation: Validation,
  parameters: PvfParameters,
  options: ValidateOptions,
): Promise<Report> {
  const { expected, name, note, about } = validation;
  requireCodeOf(validation, code.hash);
  const once = () =>
    runValidation(context, host, code, validation, parameters, options, showProgress(context.terminal, name));
  const outcomes = [await once()];
  while (outcomes.length < (options.repeat ?? 1) && outcomes.at(-1)?.kind !== 'cancelled') {
    context.terminal.step(`${name}: run ${outcomes.length + 1} of ${options.repeat}`);
    outcomes.push(await once());
  }
  const outcome = (outcomes.find((each) => differs(each, outcomes[0])) ??
    outcomes.at(-1)) as ValidationOutcome;
  const explainContext = {
    kind: options.kind,
    params: parameters.executorParams.value,
    timeout: options.timeout,
  };
  return {
    name,
    note,
    answer: 'claim' in about ? 'vote' : 'pvf-only',
    outcome,
    explanation: explain(outcome, explainContext),
    parameters,
    repeated: options.repeat === undefined ? undefined : summarize(outcomes),
    differences: expected && differences(expected, outcome),
  };
}

function exitFor(reports: readonly Report[], check: boolean): ExitCode {
  if (reports.some(({ repeated }) => repeated?.alike === false)) return EXIT.unexpected;
  if (check && reports.some((report) => report.differences?.length !== 0)) return EXIT.unexpected;
  if (check) return EXIT.ok;
  return Math.max(...reports.map(({ outcome }) => validationExit(outcome))) as ExitCode;
}

async function printReport(context: Context, report: Report, first: boolean): Promise<void> {
  const { name, note, outcome, explanation, parameters, repeated } = report;
  const [verdict, ...details] = validationLines(outcome);
  // Behind the line that says what kind of answer it is.
  const [kind, ...others] = details;
  const isAnswer =
    outcome.kind === 'valid' || outcome.kind === 'invalid' || outcome.kind === 'possibly-invalid';
  const lines = isAnswer && kind !== undefined ? [kind, explanation, ...others] : [explanation, ...details];
  if (note !== undefined) lines.unshift(note);
  if (repeated !== undefined) lines.push(...repeatedLines(repeated));
  lines.push(parametersLine(parameters));
  if (report.differences !== undefined) {
    lines.push(report.differences.length === 0 ? 'as expected' : `DIFFERS: ${report.differences.join('; ')}`);
  }
  if (first && outcome.artifact !== undefined) lines.push(...artifactLines(outcome.artifact));
  await say(context.io, [`${name}: ${verdict}`, ...lines.map((line) => `  ${line}`)].join('\n'));
}
