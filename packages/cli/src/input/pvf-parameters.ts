import { checkConsistency, DEFAULT_CODE_BOMB_LIMIT, type ExecutorParam } from '@pvf/protocol';
import { CliError } from '../errors.ts';
import { toJson } from '../output/json.ts';
import { bytes } from '../output/units.ts';
import type { ChainOption } from './chain-option.ts';
import { describeInconsistency, readExecutorParams } from './executor-params.ts';
import { presetNamed } from './presets.ts';

export interface PvfParameterOptions {
  readonly executorParams?: string;
  readonly chain?: ChainOption;
  readonly bombLimit?: number;
  readonly maxMemoryPages?: number;
  readonly maxStackValues?: number;
  /** Milliseconds of CPU. */
  readonly prepTimeout?: number;
  /** Bytes. */
  readonly prepMemory?: number;
}

/** What a PVF is prepared with besides its code, and whether anybody said so: every answer depends on it. */
export interface PvfParameters {
  readonly executorParams: Parameter<readonly ExecutorParam[]>;
  /** Bytes. */
  readonly validationCodeBombLimit: Parameter<number>;
}

interface Parameter<T> {
  readonly given: boolean;
  readonly value: T;
  /** Who said it, if it was no option. */
  readonly source?: string;
}

/** What is known before any option: from a node, or a candidate file. */
export interface SaidParameters {
  readonly executorParams?: readonly ExecutorParam[];
  readonly bombLimit?: number;
  readonly source: string;
}

/**
 * Options come before what a node or a file says; a limit given alone replaces the param of its name.
 * @param prep which of the two times of preparation `--prep-timeout` is
 * @throws CliError BAD_EXECUTOR_PARAMS, BAD_USAGE, INPUT_FILE
 */
export async function readPvfParameters(
  options: PvfParameterOptions,
  prep: 'Precheck' | 'Prepare' = 'Prepare',
  said?: SaidParameters,
): Promise<PvfParameters> {
  const base = await baseParams(options, said);
  const alone = paramsAlone(options, prep);
  const value = [...base.value.filter((param) => !alone.some((each) => isSame(each, param))), ...alone];
  const inconsistency = checkConsistency(value);
  if (inconsistency !== undefined) {
    throw new CliError(
      'BAD_EXECUTOR_PARAMS',
      { index: undefined },
      describeInconsistency(inconsistency),
      'no chain could have these limits: change one',
    );
  }
  return {
    executorParams: { ...base, given: base.given || alone.length > 0, value },
    validationCodeBombLimit:
      options.bombLimit !== undefined
        ? { given: true, value: options.bombLimit }
        : said?.bombLimit !== undefined
          ? { given: true, value: said.bombLimit, source: said.source }
          : { given: false, value: DEFAULT_CODE_BOMB_LIMIT },
  };
}

async function baseParams(
  { executorParams, chain: { preset: chain } = {} }: PvfParameterOptions,
  said: SaidParameters | undefined,
): Promise<Parameter<readonly ExecutorParam[]>> {
  if (executorParams !== undefined) {
    if (chain !== undefined) {
      throw new CliError(
        'BAD_USAGE',
        { option: '--chain' },
        '--chain and --executor-params both say the executor params',
        'give one of the two',
      );
    }
    return { given: true, value: await readExecutorParams(executorParams) };
  }
  if (chain !== undefined) {
    const { executorParams: value, source, date } = presetNamed(chain);
    return { given: true, value, source: `${source}, ${date}` };
  }
  if (said?.executorParams !== undefined)
    return { given: true, value: said.executorParams, source: said.source };
  return { given: false, value: [] };
}

function paramsAlone(options: PvfParameterOptions, prep: 'Precheck' | 'Prepare'): ExecutorParam[] {
  const { maxMemoryPages, maxStackValues, prepTimeout, prepMemory } = options;
  const params: ExecutorParam[] = [];
  if (maxMemoryPages !== undefined) params.push({ type: 'MaxMemoryPages', value: maxMemoryPages });
  if (maxStackValues !== undefined) params.push({ type: 'StackLogicalMax', value: maxStackValues });
  if (prepMemory !== undefined) params.push({ type: 'PrecheckingMaxMemory', value: BigInt(prepMemory) });
  if (prepTimeout !== undefined)
    params.push({ type: 'PvfPrepTimeout', kind: prep, value: BigInt(prepTimeout) });
  return params;
}

function isSame(a: ExecutorParam, b: ExecutorParam): boolean {
  return a.type === b.type && ('kind' in a ? a.kind : '') === ('kind' in b ? b.kind : '');
}

/** For people, one line. */
export function parametersLine({
  executorParams: params,
  validationCodeBombLimit: limit,
}: PvfParameters): string {
  const shown = params.value.length === 0 ? 'none' : params.value.map(paramText).join(', ');
  const from = ({ given, source }: Parameter<unknown>) =>
    given ? (source === undefined ? '' : ` (${source})`) : ' (assumed, not asked of a chain)';
  return `executor params: ${shown}${from(params)}; code limit: ${bytes(limit.value)}${from(limit)}`;
}

/** `MaxMemoryPages 8192`, `PvfExecTimeout Backing 2500` */
function paramText(param: ExecutorParam): string {
  return Object.values(JSON.parse(toJson(param)) as object).join(' ');
}
