import { CliError } from '../errors.ts';

/** Storage key of a chain's runtime: the bytes of `:code`. */
export const CODE_KEY = '0x3a636f6465';

/** Where plain specifications keep it, newest form first (chain-spec-builder, then the configs before it). */
const PLAIN_PATHS = [
  ['genesis', 'runtimeGenesis', 'code'],
  ['genesis', 'runtime', 'system', 'code'],
  ['genesis', 'runtime', 'frameSystem', 'code'],
  ['genesis', 'runtime', 'runtime_genesis_config', 'system', 'code'],
] as const;

export interface SpecCode {
  /** Hexadecimal, as the specification has it. */
  readonly hex: string;
  readonly form: 'raw' | 'plain';
}

/** Whether this is a chain specification; whether it holds code is another question. */
export function isChainSpec(json: unknown): json is { genesis: object } {
  return isObject(json) && isObject(json.genesis);
}

/**
 * The runtime in a chain specification, raw or plain.
 * @throws CliError NOT_CODE if there is none
 */
export function codeOfChainSpec(spec: object, path: string): SpecCode {
  const raw = at(spec, ['genesis', 'raw', 'top', CODE_KEY]);
  if (typeof raw === 'string') return { hex: raw, form: 'raw' };
  for (const way of PLAIN_PATHS) {
    const plain = at(spec, way);
    if (typeof plain === 'string') return { hex: plain, form: 'plain' };
  }
  const light = at(spec, ['genesis', 'stateRootHash']) !== undefined;
  throw new CliError(
    'NOT_CODE',
    { path, length: 0 },
    light
      ? `chain specification ${path} holds the hash of a state instead of the state (for light clients)`
      : `chain specification ${path} holds no runtime code`,
    light
      ? 'give the full one, or ask a node of the chain: --url ws://…'
      : `it should be at genesis.raw.top["${CODE_KEY}"] or at ${PLAIN_PATHS[0].join('.')}: build it again (build-spec --raw)`,
  );
}

function at(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const key of path) {
    if (!isObject(current) || !Object.hasOwn(current, key)) return undefined;
    current = current[key];
  }
  return current;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
