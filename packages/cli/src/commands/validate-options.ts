import type { NodeOptions } from '../input/node/node-options.ts';
import type { PvfParameterOptions } from '../input/pvf-parameters.ts';
import type { CandidateOptions } from '../input/validations.ts';
import type { HostCommandOptions } from './context.ts';

export interface ValidateOptions
  extends HostCommandOptions,
    PvfParameterOptions,
    CandidateOptions,
    NodeOptions {
  readonly pvf?: string;
  readonly timeout?: number;
  readonly deadline?: number;
  readonly check?: boolean;
  readonly repeat?: number;
}
