import { basename } from 'node:path';
import type { CandidateDescriptorVersion, ExecutionKind, PvfHost, ValidationOutcome } from '@pvf/host';
import { CliError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type Candidate, differences, readCandidate } from '../input/candidate.ts';
import { readCode } from '../input/code.ts';
import { readExecutorParams } from '../input/executor-params.ts';
import { decodeHexText, readHexOrFile, readInput } from '../input/file.ts';
import { fromHex } from '../input/hex.ts';
import { toJson } from '../output/json.ts';
import { artifactLines, validationExit, validationLines } from '../output/outcomes.ts';
import { shortcomings } from '../output/shortcomings.ts';
import { type Context, type HostCommandOptions, print, withHost } from './context.ts';
import { showProgress } from './progress.ts';

export interface ValidateOptions extends HostCommandOptions {
  readonly pvf: string;
  readonly candidate?: string[];
  readonly parentHead?: string;
  readonly pov?: string;
  readonly relayParentNumber: number;
  readonly relayStorageRoot?: string;
  readonly relayParent?: string;
  readonly schedulingParent?: string;
  readonly descriptorVersion: number;
  readonly maxPovSize: number;
  readonly kind: ExecutionKind;
  readonly timeout?: number;
  readonly deadline?: number;
  readonly executorParams?: string;
  readonly bombLimit?: number;
  readonly check?: boolean;
}

interface Report {
  readonly name: string;
  readonly note: string | undefined;
  readonly outcome: ValidationOutcome;
  /** Only if the candidate file says what it expects. */
  readonly differences: string[] | undefined;
}

/** `pvf validate`: candidates of one PVF, one after the other. Everything is read before anything starts. */
export async function validate(context: Context, options: ValidateOptions): Promise<ExitCode> {
  const code = await readCode(options.pvf);
  const candidates = await readCandidates(options);
  const request = await commonRequest(options);

  const reports = await withHost(context, options, async (host) => {
    const pvf = await host.importCode(code);
    const done: Report[] = [];
    for (const candidate of candidates) {
      const outcome = await host.validate({
        ...request,
        code: pvf,
        validationData: {
          parentHead: candidate.parentHead,
          relayParentNumber: candidate.relayParentNumber,
          relayParentStorageRoot: candidate.relayParentStorageRoot,
          maxPovSize: options.maxPovSize,
        },
        pov: { blockData: candidate.blockData },
        signal: context.io.signal,
        onProgress: showProgress(context.terminal, candidate.name),
      });
      context.terminal.done();
      const { expected, name, note } = candidate;
      const report = { name, note, outcome, differences: expected && differences(expected, outcome) };
      if (options.json !== true) await printReport(context, report, done.length === 0);
      done.push(report);
      if (outcome.kind === 'cancelled') break;
    }
    return done;
  });

  const exitCode = exitFor(reports, options.check === true);
  const doubtful = reports.some(({ outcome }) => outcome.kind !== 'valid');
  const warnings = doubtful ? await shortcomings(code, request.executorParams, options.pvf) : [];
  if (options.json !== true) {
    for (const warning of warnings) context.terminal.message(`warning: PVF ${options.pvf}: ${warning}`);
  } else {
    const body = {
      command: 'validate',
      exitCode,
      pvf: options.pvf,
      shortcomings: warnings,
      candidates: reports,
    };
    await print(context.io, toJson(body));
  }
  return exitCode;
}

async function commonRequest(options: ValidateOptions) {
  const version: Record<number, CandidateDescriptorVersion> = {
    1: { type: 'V1' },
    2: { type: 'V2' },
    3: { type: 'V3' },
  };
  const { relayParent, schedulingParent, timeout, deadline, bombLimit } = options;
  return {
    kind: options.kind,
    executorParams: await readExecutorParams(options.executorParams ?? '[]'),
    descriptorVersion: version[options.descriptorVersion] ?? {
      type: 'Unknown' as const,
      value: options.descriptorVersion,
    },
    ...(relayParent !== undefined && { relayParent: fromHex(relayParent, '--relay-parent', 32) }),
    ...(schedulingParent !== undefined && {
      schedulingParent: fromHex(schedulingParent, '--scheduling-parent', 32),
    }),
    ...(timeout !== undefined && { executionTimeoutMs: timeout }),
    ...(deadline !== undefined && { deadlineMs: deadline }),
    ...(bombLimit !== undefined && { validationCodeBombLimit: bombLimit }),
  } satisfies Partial<Parameters<PvfHost['validate']>[0]>;
}

async function readCandidates(options: ValidateOptions): Promise<Candidate[]> {
  const { candidate: files = [], parentHead, pov } = options;
  const single = parentHead !== undefined || pov !== undefined;
  if (single === files.length > 0) {
    const cause = single
      ? '--candidate excludes --parent-head and --pov'
      : 'there is no candidate to validate';
    throw new CliError('BAD_USAGE', { option: '--candidate' }, cause, USAGE);
  }
  if (!single) return Promise.all(files.map(readCandidate));
  if (parentHead === undefined || pov === undefined) {
    const option = parentHead === undefined ? '--parent-head' : '--pov';
    throw new CliError('BAD_USAGE', { option }, `${option} is missing`, USAGE);
  }
  const root = options.relayStorageRoot;
  return [
    {
      name: basename(pov),
      note: undefined,
      parentHead: await readHexOrFile(parentHead, '--parent-head'),
      blockData: decodeHexText(await readInput(pov, 'PoV'), `PoV ${pov}`),
      relayParentNumber: options.relayParentNumber,
      relayParentStorageRoot:
        root === undefined ? new Uint8Array(32) : fromHex(root, '--relay-storage-root', 32),
      expected: undefined,
    },
  ];
}

const USAGE = 'give --candidate FILE.json (more than one is fine), or --parent-head HEX|@FILE and --pov FILE';

function exitFor(reports: readonly Report[], check: boolean): ExitCode {
  if (check && reports.some((report) => report.differences?.length !== 0)) return EXIT.unexpected;
  if (check) return EXIT.ok;
  return Math.max(...reports.map(({ outcome }) => validationExit(outcome))) as ExitCode;
}

async function printReport(context: Context, report: Report, first: boolean): Promise<void> {
  const { name, note, outcome } = report;
  const [verdict, ...details] = validationLines(outcome);
  const lines = note === undefined ? details : [note, ...details];
  if (report.differences !== undefined) {
    lines.push(report.differences.length === 0 ? 'as expected' : `DIFFERS: ${report.differences.join('; ')}`);
  }
  if (first && outcome.artifact !== undefined) lines.push(...artifactLines(outcome.artifact));
  await print(context.io, [`${name}: ${verdict}`, ...lines.map((line) => `  ${line}`)].join('\n'));
}
