import { type ExecutorParam, ExecutorParams, isProtocolError } from '@pvf/protocol';
import { CliError } from '../../errors.ts';
import { CODE_KEY } from '../chain-spec.ts';
import { codeOf } from '../code.ts';
import { fromHex, toHex } from '../hex.ts';
import type { SaidParameters } from '../pvf-parameters.ts';
import { type Rpc, withNode } from './client.ts';

/** Where a PVF is asked for. */
export interface NodeQuestion {
  readonly url: string;
  /** Block hash, hexadecimal; default the last finalized one. */
  readonly at: string | undefined;
  /** Of a relay chain: the para; undefined for the node of a parachain. */
  readonly para: number | undefined;
}

/** What a node says of a PVF. */
export interface NodeAnswer {
  readonly name: string;
  readonly code: Uint8Array;
  /** Block that it was asked at. */
  readonly at: string;
  /** From a relay chain alone. */
  readonly said: SaidParameters | undefined;
}

/** `OccupiedCoreAssumption::TimedOut`: the code as it is, whatever candidate waits for availability. */
const AS_IT_IS = '01';
const HASH_BYTES = 32;

/**
 * A parachain's code from its node, or from a relay chain a para's code with executor params and bomb limit.
 * @throws CliError NODE, BAD_HEX, BAD_USAGE, NOT_CODE
 */
export function readPvfFromNode({ url, at, para }: NodeQuestion, signal: AbortSignal): Promise<NodeAnswer> {
  const block = at === undefined ? undefined : toHex(fromHex(at, '--at', HASH_BYTES));
  return withNode(url, signal, async (rpc) => {
    const hash = block ?? String(await rpc('chain_getFinalizedHead', []));
    return para === undefined ? await ofParachain(rpc, url, hash) : await ofRelayChain(rpc, url, hash, para);
  });
}

async function ofParachain(rpc: Rpc, url: string, at: string): Promise<NodeAnswer> {
  const code = await rpc('state_getStorage', [CODE_KEY, at]);
  if (typeof code !== 'string') {
    throw node(url, 'state_getStorage', 'has no runtime code at this block', 'check --at and the address');
  }
  const version = (await rpc('state_getRuntimeVersion', [at])) as {
    specName?: unknown;
    specVersion?: unknown;
  };
  const { code: bytes } = await codeOf(fromHex(code, `code from ${url}`), url);
  return { name: `${version.specName}-${version.specVersion}`, code: bytes, at, said: undefined };
}

async function ofRelayChain(rpc: Rpc, url: string, at: string, para: number): Promise<NodeAnswer> {
  const call = async (name: string, args: string): Promise<Uint8Array> => {
    const answer = await rpc('state_call', [`ParachainHost_${name}`, `0x${args}`, at]);
    return fromHex(String(answer), `the answer of ${url} to ${name}`);
  };
  const code = option(await call('validation_code', `${u32(para)}${AS_IT_IS}`));
  if (code === undefined) {
    throw node(
      url,
      'state_call',
      `knows no code of para ${para} at this block`,
      'check --para, and that the node is of its relay chain',
    );
  }
  const session = Buffer.from(await call('session_index_for_child', '')).readUInt32LE(0);
  const params = option(await call('session_executor_params', u32(session)));
  const { code: bytes } = await codeOf(code, url);
  const bombLimit = await bombLimitOf(call);
  return {
    name: `para ${para}`,
    code: bytes,
    at,
    said: {
      source: `${url}, session ${session}`,
      ...(params !== undefined && { executorParams: decodeParams(params, url) }),
      ...(bombLimit !== undefined && { bombLimit }),
    },
  };
}

/** Undefined where the runtime has no such call: the reference takes its default then. */
async function bombLimitOf(
  call: (name: string, args: string) => Promise<Uint8Array>,
): Promise<number | undefined> {
  try {
    return Buffer.from(await call('validation_code_bomb_limit', '')).readUInt32LE(0);
  } catch (error) {
    if (
      error instanceof CliError &&
      error.code === 'NODE' &&
      /not found|does not exist|not exported/i.test(error.message)
    )
      return undefined;
    throw error;
  }
}

function decodeParams(bytes: Uint8Array, url: string): readonly ExecutorParam[] {
  try {
    return ExecutorParams.decodeExact(bytes);
  } catch (error) {
    if (!isProtocolError(error)) throw error;
    throw node(
      url,
      'state_call',
      `has executor params that this program does not know (${error.message})`,
      'update @pvf/cli',
    );
  }
}

/** SCALE `Option`: what is behind the first byte. */
function option(bytes: Uint8Array): Uint8Array | undefined {
  return bytes[0] === 1 ? bytes.subarray(1) : undefined;
}

function u32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes.toString('hex');
}

function node(url: string, method: string, cause: string, remedy: string): CliError<'NODE'> {
  return new CliError('NODE', { url, method }, `node ${url} ${cause}`, remedy);
}
