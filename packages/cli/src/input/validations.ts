import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import type { CandidateDescriptorVersion, ExecutionKind, PersistedValidationData } from '@pvf/host';
import { CliError } from '../errors.ts';
import { type Candidate, type Expectation, exportedCandidate, readCandidate } from './candidate.ts';
import type { ChainOption } from './chain-option.ts';
import { type Claim, type ClaimSource, checkClaim, readChainOption, readReceiptOption } from './claim.ts';
import { readHexOrFile, readInput, STDIN, shown } from './file.ts';
import { fromHex } from './hex.ts';
import { unwrap } from './unwrap.ts';

/** Options that say what is validated. */
export interface CandidateOptions {
  readonly candidate?: string[];
  readonly povFile?: string[];
  readonly parentHead?: string;
  readonly pov?: string;
  readonly relayParentNumber?: number;
  readonly relayStorageRoot?: string;
  readonly maxPovSize?: number;
  readonly receipt?: string;
  readonly v3Seen?: boolean;
  /** What the chain says, JSON or `@FILE`. */
  readonly chain?: ChainOption;
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
  /** What its file says of the PVF. */
  readonly said: NonNullable<Candidate['said']>;
}

/** Without a receipt nothing is compared with this, but for the size of the PoV. */
const DEFAULT_MAX_POV_SIZE = 10 * 1024 * 1024;

const USAGE =
  'give --pov-file FILE (as a collator exports it), --candidate FILE.json (more than one is fine), ' +
  'or --parent-head HEX|@FILE and --pov FILE';
const NEEDED = 'a receipt is compared with it, so there is no default';

/** Options that a receipt says. */
const OF_RECEIPT = [
  ['relayParent', '--relay-parent'],
  ['schedulingParent', '--scheduling-parent'],
  ['descriptorVersion', '--descriptor-version'],
] as const;

/** @throws CliError */
export async function readValidations(options: CandidateOptions, stdin?: Readable): Promise<Validation[]> {
  const { candidate = [], povFile = [], parentHead, pov } = options;
  const files = [...candidate, ...povFile];
  const single = parentHead !== undefined || pov !== undefined;
  if (single === files.length > 0) {
    throw usage(
      '--candidate',
      single
        ? '--candidate and --pov-file exclude --parent-head and --pov'
        : 'there is no candidate to validate',
    );
  }
  if (options.receipt !== undefined && files.length > 1) {
    throw usage('--receipt', '--receipt is of one candidate', 'put the receipts into the candidate files');
  }
  if (!single) requireNothingElse(options);
  const candidates: Candidate[] = [];
  if (single) candidates.push(await fromOptions(options, stdin));
  for (const file of files) candidates.push(await readCandidate(file, stdin));
  return Promise.all(candidates.map((candidate) => completeCandidate(candidate, options)));
}

/** Files say these themselves; what would be ignored is refused. */
function requireNothingElse({ relayParentNumber, relayStorageRoot }: CandidateOptions): void {
  const option =
    relayParentNumber !== undefined
      ? '--relay-parent-number'
      : relayStorageRoot !== undefined
        ? '--relay-storage-root'
        : undefined;
  if (option !== undefined) throw usage(option, `${option} is said by the file`, `leave ${option} out`);
}

async function fromOptions(options: CandidateOptions, stdin?: Readable): Promise<Candidate> {
  const { parentHead, pov, relayParentNumber, relayStorageRoot } = options;
  if (pov === undefined) throw usage('--pov', '--pov is missing');
  const given = await readInput(pov, 'PoV', stdin).catch((error: unknown) => {
    if (parentHead !== undefined || !(error instanceof CliError)) throw error;
    throw usage(
      '--parent-head',
      `--parent-head is missing, and what could hold it is not there: ${error.message}`,
    );
  });
  const { bytes: blockData } = await unwrap(
    given,
    `PoV ${shown(pov)}`,
    given[0] === 0x30 ? 'refuse' : 'keep',
  );
  // Never taken for block data, which would give a wrong answer.
  const exported = exportedCandidate(blockData, pov);
  if (exported !== undefined) {
    if (parentHead !== undefined) {
      throw usage(
        '--pov',
        `PoV ${shown(pov)} is one that a collator exported, with the parent head in it`,
        'give it with --pov-file, without --parent-head',
      );
    }
    requireNothingElse(options);
    return exported;
  }
  if (parentHead === undefined) throw usage('--parent-head', '--parent-head is missing');
  if (options.receipt !== undefined) {
    if (relayParentNumber === undefined) throw missing('--relay-parent-number');
    if (relayStorageRoot === undefined) throw missing('--relay-storage-root');
  }
  return {
    name: pov === STDIN ? 'PoV' : basename(pov),
    note: undefined,
    parentHead: await readHexOrFile(parentHead, '--parent-head', undefined, stdin),
    blockData,
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

/** @throws CliError */
export async function completeCandidate(
  candidate: Candidate,
  options: CandidateOptions,
): Promise<Validation> {
  const {
    name,
    note,
    parentHead,
    relayParentNumber,
    relayParentStorageRoot,
    blockData,
    expected,
    said = {},
  } = candidate;
  const source = await claimSource(candidate, options);
  const maxPovSize = candidate.maxPovSize ?? options.maxPovSize;
  if (source !== undefined && maxPovSize === undefined) throw missing('--max-pov-size');
  const validationData = {
    parentHead,
    relayParentNumber,
    relayParentStorageRoot,
    maxPovSize: maxPovSize ?? DEFAULT_MAX_POV_SIZE,
  };
  const about = source === undefined ? { bare: bare(options, said) } : { claim: claim(source, options) };
  return { name, note, validationData, blockData, about, expected, said };
}

/** Options say it before the candidate file does. */
async function claimSource(
  { claim: inFile }: Candidate,
  { receipt, v3Seen, chain: { answers: chain } = {} }: CandidateOptions,
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

function bare(options: CandidateOptions, said: Validation['said']): Bare {
  const { descriptorVersion = said.descriptorVersion ?? 1 } = options;
  const hash = (option: string, hex: string | undefined, inFile: Uint8Array | undefined) =>
    hex === undefined ? inFile : fromHex(hex, option, 32);
  const relayParent = hash('--relay-parent', options.relayParent, said.relayParent);
  const schedulingParent = hash('--scheduling-parent', options.schedulingParent, said.schedulingParent);
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
  return {
    descriptorVersion: versions[descriptorVersion] ?? { type: 'Unknown', value: descriptorVersion },
    relayParent,
    schedulingParent,
  };
}

function missing(option: string): CliError<'BAD_USAGE'> {
  return usage(option, `${option} is missing`, NEEDED);
}

function usage(option: string, cause: string, remedy = USAGE): CliError<'BAD_USAGE'> {
  return new CliError('BAD_USAGE', { option }, cause, remedy);
}
