import { checkConsistency, type ExecutorParam, type ExecutorParamError } from '@pvf/protocol';
import { CliError } from '../errors.ts';
import { readInput } from './file.ts';

const U32 = 0xffff_ffffn;
const U64 = 0xffff_ffff_ffff_ffffn;

/**
 * Parses executor params as chain tools print them: a JSON array in order, each `{"MaxMemoryPages": 4096}`,
 * `{"PvfExecTimeout": ["Approval", 20000]}` or `"WasmExtBulkMemory"`; or `@FILE` with the same. Names may begin in
 * lower case. Milliseconds, pages, stack values and bytes as on chain.
 * @throws CliError BAD_EXECUTOR_PARAMS that says what is wrong; also for values that no chain could have set.
 */
export async function readExecutorParams(text: string): Promise<ExecutorParam[]> {
  const json = text.startsWith('@')
    ? Buffer.from(await readInput(text.slice(1), 'executor params')).toString('utf8')
    : text;
  let list: unknown;
  try {
    list = JSON.parse(json);
  } catch {
    throw bad(undefined, 'executor params are not JSON');
  }
  return parseExecutorParams(list);
}

/**
 * The same, of JSON that is parsed already.
 * @throws CliError BAD_EXECUTOR_PARAMS
 */
export function parseExecutorParams(list: unknown): ExecutorParam[] {
  if (!Array.isArray(list)) throw bad(undefined, 'executor params are not a JSON array');
  const params = list.map(parseParam);
  const inconsistency = checkConsistency(params);
  if (inconsistency !== undefined) throw bad(undefined, describeInconsistency(inconsistency));
  return params;
}

export function describeInconsistency(error: ExecutorParamError): string {
  switch (error.type) {
    case 'DuplicatedParam':
      return `executor param ${error.param} is given twice`;
    case 'OutsideLimit':
      return `executor param ${error.param} is outside of what a chain may set`;
    case 'IncompatibleValues':
      return `executor params ${error.first} and ${error.second} (or its default) do not fit together`;
    default:
      return unreachable(error);
  }
}

function parseParam(entry: unknown, index: number): ExecutorParam {
  const [name, value] = nameAndValue(entry, index);
  const where = `executor param ${index} (${name})`;
  switch (name) {
    case 'MaxMemoryPages':
    case 'StackLogicalMax':
    case 'StackNativeMax':
      return { type: name, value: Number(integer(value, U32, where, index)) };
    case 'PrecheckingMaxMemory':
      return { type: name, value: integer(value, U64, where, index) };
    case 'PvfPrepTimeout': {
      const [kind, time] = kindAndTime(value, ['Precheck', 'Prepare'] as const, where, index);
      return { type: name, kind, value: time };
    }
    case 'PvfExecTimeout': {
      const [kind, time] = kindAndTime(value, ['Backing', 'Approval'] as const, where, index);
      return { type: name, kind, value: time };
    }
    case 'WasmExtBulkMemory':
      return { type: name };
    case 'EnabledHostFunction':
      if (value !== 'EccRfc163') throw bad(index, `${where} names no known set of host functions`);
      return { type: name, value };
    default:
      throw bad(index, `executor param ${index} has the unknown name ${name}`);
  }
}

function nameAndValue(entry: unknown, index: number): [string, unknown] {
  if (typeof entry === 'string') return [capital(entry), undefined];
  if (typeof entry === 'object' && entry !== null && !Array.isArray(entry)) {
    const [only, ...more] = Object.entries(entry);
    if (only !== undefined && more.length === 0) return [capital(only[0]), only[1]];
  }
  throw bad(index, `executor param ${index} is neither a name nor an object with one name`);
}

function kindAndTime<K extends string>(
  value: unknown,
  kinds: readonly K[],
  where: string,
  index: number,
): [K, bigint] {
  const [kind, ms] = Array.isArray(value) && value.length === 2 ? value : [];
  const known = kinds.find((candidate) => candidate === kind);
  if (known === undefined) throw bad(index, `${where} is not [${kinds.join(' | ')}, milliseconds]`);
  return [known, integer(ms, U64, where, index)];
}

function integer(value: unknown, max: bigint, where: string, index: number): bigint {
  const digits = typeof value === 'string' ? value.replaceAll(',', '') : value;
  const valid = typeof digits === 'string' ? /^\d{1,20}$/.test(digits) : Number.isSafeInteger(digits);
  const number = valid ? BigInt(digits as string | number) : -1n;
  if (number < 0n || number > max) throw bad(index, `${where} is not a whole number from 0 to ${max}`);
  return number;
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function bad(index: number | undefined, cause: string): CliError<'BAD_EXECUTOR_PARAMS'> {
  return new CliError(
    'BAD_EXECUTOR_PARAMS',
    { index },
    cause,
    'give a JSON array such as [{"MaxMemoryPages": 4096}, {"PvfExecTimeout": ["Approval", 20000]}]',
  );
}

function unreachable(error: never): never {
  throw new TypeError(`unknown inconsistency ${JSON.stringify(error)}`);
}
