import type {
  BareRequest,
  ProgressEvent,
  PvfCode,
  PvfHost,
  ReceiptRequest,
  ValidationOutcome,
} from '@pvf/host';
import type { PvfParameters } from '../input/pvf-parameters.ts';
import type { Validation } from '../input/validations.ts';
import type { Context } from './context.ts';
import type { ValidateOptions } from './validate.ts';

/** One validation as the options want it. */
export function runValidation(
  context: Context,
  host: PvfHost,
  code: PvfCode,
  { validationData, blockData, about }: Validation,
  parameters: PvfParameters,
  { kind, timeout, deadline }: Pick<ValidateOptions, 'kind' | 'timeout' | 'deadline'>,
  onProgress: (event: ProgressEvent) => void,
): Promise<ValidationOutcome> {
  const common = {
    code,
    kind,
    executorParams: parameters.executorParams.value,
    validationCodeBombLimit: parameters.validationCodeBombLimit.value,
    validationData,
    pov: { blockData },
    signal: context.io.signal,
    onProgress,
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
