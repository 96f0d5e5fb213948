import type {
  BareRequest,
  ProgressEvent,
  PvfCode,
  PvfHost,
  ReceiptRequest,
  ValidationOutcome,
} from '@pvf/host';
import { CliError } from '../errors.ts';
import { parseExecutorParams } from '../input/executor-params.ts';
import {
  type PvfParameterOptions,
  type PvfParameters,
  readPvfParameters,
  type SaidParameters,
} from '../input/pvf-parameters.ts';
import type { Validation } from '../input/validations.ts';
import type { Context } from './context.ts';
import type { ValidateOptions } from './validate-options.ts';

/** One validation as the options want it. */
export function runValidation(
  context: Context,
  host: PvfHost,
  code: PvfCode,
  validation: Validation,
  parameters: PvfParameters,
  options: Pick<ValidateOptions, 'kind' | 'timeout' | 'deadline'>,
  onProgress: (event: ProgressEvent) => void,
): Promise<ValidationOutcome> {
  const { deadline } = options;
  // The unions of kinds with chain, and of versions with parents, were checked when they were read.
  return host.validate({
    ...candidateRequest(validation, parameters, options),
    code,
    signal: context.io.signal,
    onProgress,
    ...(deadline !== undefined && { deadlineMs: deadline }),
  } as BareRequest | ReceiptRequest);
}

/** What is asked about the candidate, wherever it is executed. */
export function candidateRequest(
  { validationData, blockData, about }: Validation,
  parameters: PvfParameters,
  { kind, timeout }: Pick<ValidateOptions, 'kind' | 'timeout'>,
): object {
  const common = {
    kind,
    executorParams: parameters.executorParams.value,
    validationCodeBombLimit: parameters.validationCodeBombLimit.value,
    validationData,
    pov: { blockData },
    ...(timeout !== undefined && { executionTimeoutMs: timeout }),
  };
  if ('claim' in about) return { ...common, ...about.claim };
  const { descriptorVersion, relayParent, schedulingParent } = about.bare;
  return {
    ...common,
    descriptorVersion,
    ...(relayParent !== undefined && { relayParent }),
    ...(schedulingParent !== undefined && { schedulingParent }),
  };
}

/** Options come first, then what the candidate's file says, then a node. */
export function parametersOf(
  { said, name }: Validation,
  options: PvfParameterOptions,
  fromNode: SaidParameters | undefined,
): Promise<PvfParameters> {
  const { executorParams, bombLimit } = said;
  const inFile =
    executorParams === undefined && bombLimit === undefined
      ? undefined
      : {
          source: `candidate ${name}`,
          ...(executorParams !== undefined && { executorParams: parseExecutorParams(executorParams) }),
          ...(bombLimit !== undefined && { bombLimit }),
        };
  return readPvfParameters(options, 'Prepare', inFile ?? fromNode);
}

/**
 * A candidate of another PVF would get an answer that says nothing.
 * @param codeHash of the PVF that is given, hexadecimal without 0x
 * @throws CliError BAD_CANDIDATE
 */
export function requireCodeOf({ said, name }: Validation, codeHash: string): void {
  if (said.codeHash === undefined || said.codeHash === codeHash) return;
  throw new CliError(
    'BAD_CANDIDATE',
    { path: name, field: 'codeHash' },
    `candidate ${name} is of the PVF with hash 0x${said.codeHash}, and the one given has 0x${codeHash}`,
    'give the PVF that it is of, or take codeHash out of the file',
  );
}
