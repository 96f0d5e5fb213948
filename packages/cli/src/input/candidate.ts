import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type { ValidationOutcome } from '@pvf/host';
import { CliError } from '../errors.ts';
import type { ClaimSource } from './claim.ts';
import { readInput } from './file.ts';
import { fromHex } from './hex.ts';

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
}

/**
 * Reads a candidate file: JSON with `parentHead`, `blockData` (hex) or `blockDataFile` (a path beside it),
 * `relayParentNumber`, `relayParentStorageRoot`, and optionally `maxPovSize`, `receipt` with `v3Seen` and `chain`,
 * `name`, `note`, `expected`, `expectedResultSha256`.
 * @throws CliError INPUT_FILE, BAD_CANDIDATE, BAD_HEX
 */
export async function readCandidate(path: string): Promise<Candidate> {
  const fields = new Fields(path, parseJson(path, await readInput(path, 'candidate')));
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
  };
}

/** What differs from the expectation, in words; empty if nothing does. */
export function differences(expected: Expectation, outcome: ValidationOutcome): string[] {
  const answer = answerOf(outcome);
  if (answer !== expected.answer) return [`answer is ${answer}, expected ${expected.answer}`];
  if (outcome.kind !== 'valid') return [];
  const found: string[] = [];
  const compare = (what: string, got: unknown, want: unknown) => {
    if (want !== undefined && got !== want) found.push(`${what} is ${got}, expected ${want}`);
  };
  const hex = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString('hex');
  compare('head data', hex(outcome.result.headData), hex(expected.headData));
  compare(
    'processed downward messages',
    outcome.result.processedDownwardMessages,
    expected.processedDownwardMessages,
  );
  compare('HRMP watermark', outcome.result.hrmpWatermark, expected.hrmpWatermark);
  const sha256 = createHash('sha256').update(outcome.resultBytes).digest('hex');
  compare('SHA-256 of the result', sha256, expected.resultSha256);
  compare('PoV size', outcome.povSize, expected.povSize);
  return found;
}

/** The outcome in the words of candidate files, for outcomes that a candidate can cause; else the outcome's kind. */
function answerOf(outcome: ValidationOutcome): string {
  if (outcome.kind === 'valid') return 'Ok';
  if (outcome.kind === 'invalid' && outcome.rule === 'refused-by-pvf') return 'InvalidCandidate';
  if (outcome.kind === 'invalid' && outcome.rule === 'pov-decompression') return 'PoVDecompressionFailure';
  if (outcome.kind === 'invalid') return outcome.rule;
  if (outcome.kind === 'possibly-invalid' && outcome.cause === 'runtime-construction')
    return 'RuntimeConstruction';
  return 'cause' in outcome ? `${outcome.kind} (${outcome.cause})` : outcome.kind;
}

function parseJson(path: string, bytes: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    if (isObject(value)) return value;
  } catch {
    // reported below, as for JSON that is no object
  }
  throw new CliError(
    'BAD_CANDIDATE',
    { path, field: '' },
    `candidate ${path} is not a JSON object`,
    'see the README of @pvf/cli for the format',
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

class Fields {
  readonly #path: string;
  readonly #values: Record<string, unknown>;

  constructor(path: string, values: Record<string, unknown>) {
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
