import { type ChainAnswers, type ExecutionKind, isBacking } from '@pvf/host';
import { CandidateReceipt, ClaimQueue, isProtocolError } from '@pvf/protocol';
import { CliError } from '../errors.ts';
import { readHexOrFile, readInput } from './file.ts';
import { fromHex } from './hex.ts';

/** What a vote is about: a receipt and how to read it, and for backing what the chain says. */
export interface Claim {
  readonly receipt: Uint8Array;
  readonly v3Seen: boolean;
  readonly chain: ChainAnswers | undefined;
}

/** Where the parts of a claim come from: options, or the fields of a candidate file. */
export interface ClaimSource {
  readonly receipt: Uint8Array;
  readonly v3Seen: unknown;
  readonly chain: unknown;
  /** How to name a part in an error. */
  readonly name: (part: 'receipt' | 'v3Seen' | 'chain') => string;
}

const HELP = 'see "Receipts" in the README of @pvf/cli';

/** @throws CliError BAD_HEX, INPUT_FILE */
export async function readReceiptOption(text: string): Promise<Uint8Array> {
  return await readHexOrFile(text, '--receipt');
}

/**
 * JSON, or `@FILE` with JSON.
 * @throws CliError BAD_CLAIM, INPUT_FILE
 */
export async function readChainOption(text: string): Promise<unknown> {
  const json = text.startsWith('@')
    ? Buffer.from(await readInput(text.slice(1), 'answers of the chain')).toString('utf8')
    : text;
  try {
    return JSON.parse(json);
  } catch {
    throw bad('--chain', 'is not JSON');
  }
}

/** @throws CliError BAD_CLAIM that names the part */
export function checkClaim({ receipt, v3Seen, chain, name }: ClaimSource, kind: ExecutionKind): Claim {
  try {
    CandidateReceipt.decodeExact(receipt);
  } catch (error) {
    if (!isProtocolError(error)) throw error;
    throw bad(name('receipt'), `is not a receipt: ${error.message}`);
  }
  if (typeof v3Seen !== 'boolean') {
    throw bad(name('v3Seen'), v3Seen === undefined ? 'is missing' : 'is neither true nor false');
  }
  if (!isBacking(kind)) return { receipt, v3Seen, chain: undefined };
  if (chain === undefined) throw bad(name('chain'), `is missing: --kind ${kind} needs it`);
  return { receipt, v3Seen, chain: checkChain(chain, name('chain')) };
}

function checkChain(chain: unknown, name: string): ChainAnswers {
  if (!isObject(chain)) throw bad(name, 'is not a JSON object');
  const field = (key: string): unknown => {
    if (!(key in chain))
      throw bad(`${name}.${key}`, 'is missing; null says that the chain could not be asked');
    return chain[key] ?? undefined;
  };
  const sessionIndexForChild = field('sessionIndexForChild');
  if (sessionIndexForChild !== undefined && !isU32(sessionIndexForChild)) {
    throw bad(`${name}.sessionIndexForChild`, 'is not a session index');
  }
  const ancestorRelayParentInfo = field('ancestorRelayParentInfo');
  if (!isRelayParentInfo(ancestorRelayParentInfo)) {
    throw bad(`${name}.ancestorRelayParentInfo`, 'is not "found", "missing", "not-supported" or null');
  }
  const queue = field('claimQueue');
  return {
    sessionIndexForChild,
    ancestorRelayParentInfo,
    claimQueue: queue === undefined ? undefined : checkQueue(queue, `${name}.claimQueue`),
  };
}

/** `[{"core": 0, "paras": [2000]}]`, what chain tools print, `{"0": [2000]}`, or the bytes that a node answers. */
function checkQueue(value: unknown, name: string): ClaimQueue {
  try {
    if (typeof value === 'string') return ClaimQueue.decodeExact(fromHex(value, name));
    const entries = isObject(value)
      ? Object.entries(value).map(([core, paras]) => ({ core: coreOf(core), paras }))
      : value;
    ClaimQueue.encode(entries as ClaimQueue);
    return entries as ClaimQueue;
  } catch (error) {
    if (!isProtocolError(error)) throw error;
    const path = 'path' in error.meta ? error.meta.path : '';
    throw bad(`${name}${path}`, `is not a claim queue: ${error.message}`);
  }
}

function coreOf(key: string): number {
  return /^\d+$/.test(key) ? Number(key) : Number.NaN;
}

function isU32(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff;
}

function isRelayParentInfo(value: unknown): value is ChainAnswers['ancestorRelayParentInfo'] {
  return value === undefined || value === 'found' || value === 'missing' || value === 'not-supported';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(field: string, cause: string): CliError<'BAD_CLAIM'> {
  return new CliError('BAD_CLAIM', { field }, `${field} ${cause}`, HELP);
}
