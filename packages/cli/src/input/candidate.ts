import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { CliError } from '../errors.ts';
import type { ClaimSource } from './claim.ts';
import { exportedPov } from './exported-pov.ts';
import { readInput, STDIN, shown } from './file.ts';
import { fromHex } from './hex.ts';
import { unwrap } from './unwrap.ts';

/** What the author of a candidate file expects of its validation. Each field present is compared. */
export interface Expectation {
  readonly answer: 'Ok' | 'InvalidCandidate' | 'PoVDecompressionFailure' | 'RuntimeConstruction';
  readonly headData?: Uint8Array;
  readonly processedDownwardMessages?: number;
  readonly hrmpWatermark?: number;
  /** SHA-256 of the SCALE-encoded ValidationResult. */
  readonly resultSha256?: string;
  /** Decompressed size of the PoV, bytes. */
  readonly povSize?: number;
}

/** The inputs of one validation. */
export interface Candidate {
  readonly name: string;
  readonly note: string | undefined;
  readonly parentHead: Uint8Array;
  /** As a collator sends it: maybe a compressed blob. */
  readonly blockData: Uint8Array;
  readonly relayParentNumber: number;
  readonly relayParentStorageRoot: Uint8Array;
  /** Bytes that the encoded PoV may have; undefined if the file does not say. */
  readonly maxPovSize: number | undefined;
  /** Undefined without a receipt. */
  readonly claim: ClaimSource | undefined;
  readonly expected: Expectation | undefined;
  /** What the file says of the PVF and of a descriptor without receipt; options come before it. */
  readonly said?: {
    /** blake2-256, hexadecimal without 0x. */
    readonly codeHash?: string;
    readonly executorParams?: unknown;
    /** Bytes. */
    readonly bombLimit?: number;
    readonly relayParent?: Uint8Array;
    readonly schedulingParent?: Uint8Array;
    readonly descriptorVersion?: number;
  };
}

/**
 * Reads a candidate: a PoV that a collator exported, known by its content, or JSON as `candidateOfJson` takes it.
 * @throws CliError INPUT_FILE, BAD_CANDIDATE, BAD_HEX
 */
export async function readCandidate(path: string, stdin?: Readable): Promise<Candidate> {
  const given = await readInput(path, 'candidate', stdin);
  const { bytes } = await unwrap(given, `candidate ${shown(path)}`, 'keep');
  return exportedCandidate(bytes, path) ?? (await candidateOfJson(parseJson(path, bytes), path));
}

/** A candidate without receipt out of an exported PoV; undefined for any other file. */
export function exportedCandidate(bytes: Uint8Array, path: string): Candidate | undefined {
  const exported = exportedPov(bytes);
  if (exported === undefined) return undefined;
  const { parentHead, relayParentNumber, relayParentStorageRoot, maxPovSize } = exported.validationData;
  return {
    name: path === STDIN ? 'PoV' : basename(path),
    note: undefined,
    parentHead,
    blockData: exported.blockData,
    relayParentNumber,
    relayParentStorageRoot,
    maxPovSize,
    claim: undefined,
    expected: undefined,
  };
}

/**
 * A candidate out of JSON with `parentHead`, `blockData` (hex) or `blockDataFile` (a path beside it),
 * `relayParentNumber`, `relayParentStorageRoot`, and optionally `maxPovSize`, `receipt` with `v3Seen` and `chain`,
 * `codeHash`, `executorParams`, `validationCodeBombLimit`, `relayParent`, `schedulingParent`, `descriptorVersion`,
 * `name`, `note`, `expected`, `expectedResultSha256`.
 * @param path of the file that it is in
 * @throws CliError INPUT_FILE, BAD_CANDIDATE, BAD_HEX
 */
export async function candidateOfJson(
  values: Readonly<Record<string, unknown>>,
  path: string,
): Promise<Candidate> {
  const fields = new Fields(path, values);
  const file = fields.text('blockDataFile');
  return {
    name: fields.text('name') ?? basename(path, '.json'),
    note: fields.text('note'),
    parentHead: fields.bytes('parentHead'),
    blockData:
      file === undefined
        ? fields.bytes('blockData')
        : await readInput(join(dirname(path), file), 'block data'),
    relayParentNumber: fields.u32('relayParentNumber'),
    relayParentStorageRoot: fields.bytes('relayParentStorageRoot', 32),
    maxPovSize: fields.has('maxPovSize') ? fields.u32('maxPovSize') : undefined,
    claim: fields.claim(),
    expected: fields.expectation(),
    ...fields.said(),
  };
}

function parseJson(path: string, bytes: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(
      Buffer.from(bytes)
        .toString('utf8')
        .replace(/^\uFEFF/, ''),
    );
  } catch {
    // reported below, as for JSON that is no object
  }
  if (isObject(value) && !('genesis' in value)) return value;
  const [cause, remedy] = noCandidate(bytes, value);
  throw new CliError('BAD_CANDIDATE', { path, field: '' }, `candidate ${shown(path)} ${cause}`, remedy);
}

function noCandidate(bytes: Uint8Array, value: unknown): [cause: string, remedy: string] {
  if (bytes.length === 0) return ['is empty', 'write the file again: it has no byte'];
  if (isObject(value)) return ['is a chain specification', 'give it as the PVF: --pvf'];
  if (bytes[0] === 0 && bytes[1] === 0x61) return ['is WebAssembly', 'give it as the PVF: --pvf'];
  if (bytes.subarray(0, 64).some((byte) => byte < 0x09)) {
    return [
      'is neither a JSON object nor a PoV that a collator exported whole',
      'block data alone need --pov FILE with --parent-head; an exported file that was cut off must be exported again',
    ];
  }
  return ['is not a JSON object', 'see the README of @pvf/cli for the format'];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

class Fields {
  readonly #path: string;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(path: string, values: Readonly<Record<string, unknown>>) {
    this.#path = path;
    this.#values = values;
  }

  text(field: string): string | undefined {
    const value = this.#values[field];
    if (value === undefined || typeof value === 'string') return value;
    throw this.#bad(field, 'is not a string');
  }

  bytes(field: string, length?: number): Uint8Array {
    const text = this.text(field);
    if (text === undefined) throw this.#bad(field, 'is missing');
    return fromHex(text, `field "${field}" of candidate ${this.#path}`, length);
  }

  u32(field: string): number {
    const value = this.#values[field];
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff)
      return value;
    throw this.#bad(field, value === undefined ? 'is missing' : 'is not a whole number from 0 to 4294967295');
  }

  has(field: string): boolean {
    return this.#values[field] !== undefined;
  }

  claim(): ClaimSource | undefined {
    if (!this.has('receipt')) return undefined;
    return {
      receipt: this.bytes('receipt'),
      v3Seen: this.#values.v3Seen,
      chain: this.#values.chain,
      name: (part) => `field "${part}" of candidate ${this.#path}`,
    };
  }

  said(): Pick<Candidate, 'said'> {
    const said = {
      ...(this.has('codeHash') && {
        codeHash: Buffer.from(this.bytes('codeHash', 32)).toString('hex'),
      }),
      ...(this.has('executorParams') && { executorParams: this.#values.executorParams }),
      ...(this.has('validationCodeBombLimit') && { bombLimit: this.u32('validationCodeBombLimit') }),
      ...(this.has('relayParent') && { relayParent: this.bytes('relayParent', 32) }),
      ...(this.has('schedulingParent') && { schedulingParent: this.bytes('schedulingParent', 32) }),
      ...(this.has('descriptorVersion') && { descriptorVersion: this.u32('descriptorVersion') }),
    };
    return Object.keys(said).length === 0 ? {} : { said };
  }

  expectation(): Expectation | undefined {
    const expected = this.#values.expected;
    if (!isObject(expected) || !isObject(expected.job)) return undefined;
    const { job, povSize } = expected;
    if (!isObject(job.ok)) {
      const answer = (['InvalidCandidate', 'PoVDecompressionFailure', 'RuntimeConstruction'] as const).find(
        (name) => name in job,
      );
      if (answer === undefined) throw this.#bad('expected.job', 'names no answer that is known');
      return { answer };
    }
    const { head, processedDownward, hrmpWatermark } = job.ok;
    const sha256 = this.text('expectedResultSha256');
    return {
      answer: 'Ok',
      ...(typeof head === 'string' && { headData: fromHex(head, `expected head in ${this.#path}`) }),
      ...(typeof processedDownward === 'number' && { processedDownwardMessages: processedDownward }),
      ...(typeof hrmpWatermark === 'number' && { hrmpWatermark }),
      ...(typeof povSize === 'number' && { povSize }),
      ...(sha256 !== undefined && { resultSha256: sha256 }),
    };
  }

  #bad(field: string, cause: string): CliError<'BAD_CANDIDATE'> {
    return new CliError(
      'BAD_CANDIDATE',
      { path: this.#path, field },
      `field "${field}" of candidate ${this.#path} ${cause}`,
      'see the README of @pvf/cli for the format',
    );
  }
}
