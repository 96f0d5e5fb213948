import { DEFAULT_CODE_BOMB_LIMIT, type ExecutorParam } from '@pvf/protocol';
import { toJson } from '../output/json.ts';
import { bytes } from '../output/units.ts';
import { readExecutorParams } from './executor-params.ts';

export interface PvfParameterOptions {
  readonly executorParams?: string;
  readonly bombLimit?: number;
}

/** What a PVF is prepared with besides its code, and whether anybody said so: every answer depends on it. */
export interface PvfParameters {
  readonly executorParams: { readonly given: boolean; readonly value: readonly ExecutorParam[] };
  /** Bytes. */
  readonly validationCodeBombLimit: { readonly given: boolean; readonly value: number };
}

/** @throws CliError BAD_EXECUTOR_PARAMS, INPUT_FILE */
export async function readPvfParameters(options: PvfParameterOptions): Promise<PvfParameters> {
  const { executorParams, bombLimit } = options;
  return {
    executorParams: {
      given: executorParams !== undefined,
      value: await readExecutorParams(executorParams ?? '[]'),
    },
    validationCodeBombLimit: {
      given: bombLimit !== undefined,
      value: bombLimit ?? DEFAULT_CODE_BOMB_LIMIT,
    },
  };
}

/** For people, one line. */
export function parametersLine({
  executorParams: params,
  validationCodeBombLimit: limit,
}: PvfParameters): string {
  const shown = params.value.length === 0 ? 'none' : JSON.stringify(JSON.parse(toJson(params.value)));
  const assumed = (given: boolean) => (given ? '' : ' (assumed, not asked of a chain)');
  return `executor params: ${shown}${assumed(params.given)}; code limit: ${bytes(limit.value)}${assumed(limit.given)}`;
}
