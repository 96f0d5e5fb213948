import { basename } from 'node:path';
import type { CandidateDescriptorVersion, ExecutionKind, PersistedValidationData } from '@pvf/host';
import { CliError } from '../errors.ts';
import { type Candidate, type Expectation, readCandidate } from './candidate.ts';
import { type Claim, type ClaimSource, checkClaim, readChainOption, readReceiptOption } from './claim.ts';
import { decodeHexText, readHexOrFile, readInput } from './file.ts';
import { fromHex } from './hex.ts';

/** Options that say what is validated. */
export interface CandidateOptions {
  readonly candidate?: string[];
  readonly parentHead?: string;
  readonly pov?: string;
  readonly relayParentNumber?: number;
  readonly relayStorageRoot?: string;
  readonly maxPovSize?: number;
  readonly receipt?: string;
  readonly v3Seen?: boolean;
  readonly chain?: string;
  readonly relayParent?: string;
  readonly schedulingParent?: string;
  readonly descriptorVersion?: number;
  readonly kind: ExecutionKind;
}

/** What the PVF sees of a candidate without receipt. */
export interface Bare {
  readonly descriptorVersion: CandidateDescriptorVersion;
  readonly relayParent: Uint8Array | undefined;
  readonly schedulingParent: Uint8Array | undefined;
}

/** One validation, complete. */
export interface Validation {
  readonly name: string;
  readonly note: string | undefined;
  readonly validationData: PersistedValidationData;
  readonly blockData: Uint8Array;
  readonly about: { readonly claim: Claim } | { readonly bare: Bare };
  readonly expected: Expectation | undefined;
}

/** Without a receipt nothing is compared with this, but for the size of the PoV. */
const DEFAULT_MAX_POV_SIZE = 10 * 1024 * 1024;

const USAGE = 'give --candidate FILE.json (more than one is fine), or --parent-head HEX|@FILE and --pov FILE';
const NEEDED = 'a receipt is compared with it, so there is no default';

/** Options that a receipt says. */
const OF_RECEIPT = [
  ['relayParent', '--relay-parent'],
  ['schedulingParent', '--scheduling-parent'],
  ['descriptorVersion', '--descriptor-version'],
] as const;

/** @throws CliError */
export async function readValidations(options: CandidateOptions): Promise<Validation[]> {
  const { candidate: files = [], parentHead, pov } = options;
  const single = parentHead !== undefined || pov !== undefined;
  if (single === files.length > 0) {
    throw usage(
      '--candidate',
      single ? '--candidate excludes --parent-head and --pov' : 'there is no candidate to validate',
    );
  }
  if (options.receipt !== undefined && files.length > 1) {
    throw usage('--receipt', '--receipt is of one candidate', 'put the receipts into the candidate files');
  }
  const candidates = single ? [await fromOptions(options)] : await Promise.all(files.map(readCandidate));
  return Promise.all(candidates.map((candidate) => complete(candidate, options)));
}

async function fromOptions(options: CandidateOptions): Promise<Candidate> {
  const { parentHead, pov, relayParentNumber, relayStorageRoot } = options;
  if (parentHead === undefined || pov === undefined) {
    const option = parentHead === undefined ? '--parent-head' : '--pov';
    throw usage(option, `${option} is missing`);
  }
  if (options.receipt !== undefined) {
    if (relayParentNumber === undefined) throw missing('--relay-parent-number');
    if (relayStorageRoot === undefined) throw missing('--relay-storage-root');
  }
  return {
    name: basename(pov),
    note: undefined,
    parentHead: await readHexOrFile(parentHead, '--parent-head'),
    blockData: decodeHexText(await readInput(pov, 'PoV'), `PoV ${pov}`),
    relayParentNumber: relayParentNumber ?? 0,
    relayParentStorageRoot:
      relayStorageRoot === undefined
        ? new Uint8Array(32)
        : fromHex(relayStorageRoot, '--relay-storage-root', 32),
    maxPovSize: undefined,
    claim: undefined,
    expected: undefined,
  };
}

async function complete(candidate: Candidate, options: CandidateOptions): Promise<Validation> {
  const { name, note, parentHead, relayParentNumber, relayParentStorageRoot, blockData, expected } =
    candidate;
  const source = await claimSource(candidate, options);
  const maxPovSize = candidate.maxPovSize ?? options.maxPovSize;
  if (source !== undefined && maxPovSize === undefined) throw missing('--max-pov-size');
  const validationData = {
    parentHead,
    relayParentNumber,
    relayParentStorageRoot,
    maxPovSize: maxPovSize ?? DEFAULT_MAX_POV_SIZE,
  };
  const about = source === undefined ? { bare: bare(options) } : { claim: claim(source, options) };
  return { name, note, validationData, blockData, about, expected };
}

/** Options say it before the candidate file does. */
async function claimSource(
  { claim: inFile }: Candidate,
  { receipt, v3Seen, chain }: CandidateOptions,
): Promise<ClaimSource | undefined> {
  if (receipt === undefined && inFile === undefined) {
    const option = v3Seen !== undefined ? '--v3-seen' : chain !== undefined ? '--chain' : undefined;
    if (option !== undefined)
      throw usage(option, `${option} is of use only with a receipt`, 'give --receipt');
    return undefined;
  }
  const options = {
    ...(receipt !== undefined && { receipt: await readReceiptOption(receipt) }),
    ...(v3Seen !== undefined && { v3Seen }),
    ...(chain !== undefined && { chain: await readChainOption(chain) }),
  };
  const names = { receipt: '--receipt', v3Seen: '--v3-seen or --no-v3-seen', chain: '--chain' };
  const base = inFile ?? { receipt: new Uint8Array(), v3Seen: undefined, chain: undefined };
  return {
    ...base,
    ...options,
    name: (part) => (part in options || inFile?.[part] === undefined ? names[part] : inFile.name(part)),
  };
}

function claim(source: ClaimSource, options: CandidateOptions): Claim {
  for (const [field, option] of OF_RECEIPT) {
    if (options[field] !== undefined) {
      throw usage(option, `${option} is said by the receipt`, `leave ${option} out`);
    }
  }
  return checkClaim(source, options.kind);
}

function bare({ relayParent, schedulingParent, descriptorVersion = 1 }: CandidateOptions): Bare {
  const versions: Record<number, CandidateDescriptorVersion> = {
    1: { type: 'V1' },
    2: { type: 'V2' },
    3: { type: 'V3' },
  };
  if (descriptorVersion === 3) {
    for (const [option, value] of [
      ['--relay-parent', relayParent],
      ['--scheduling-parent', schedulingParent],
    ] as const) {
      if (value === undefined) throw usage(option, `${option} is missing: a V3 candidate's PVF sees it`);
    }
  }
  const hash = (option: string, hex: string | undefined) =>
    hex === undefined ? undefined : fromHex(hex, option, 32);
  return {
    descriptorVersion: versions[descriptorVersion] ?? { type: 'Unknown', value: descriptorVersion },
    relayParent: hash('--relay-parent', relayParent),
    schedulingParent: hash('--scheduling-parent', schedulingParent),
  };
}

function missing(option: string): CliError<'BAD_USAGE'> {
  return usage(option, `${option} is missing`, NEEDED);
}

function usage(option: string, cause: string, remedy = USAGE): CliError<'BAD_USAGE'> {
  return new CliError('BAD_USAGE', { option }, cause, remedy);
}
