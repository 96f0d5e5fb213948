// Every record of receipt.json but the 180 of the whole check, which the host makes (its test/shared).
import { describe, expect, test } from 'vitest';
import * as protocol from '../../src/index.ts';
import { fromHex, toHex, toVectorNotation } from '../support/notation.ts';
import {
  receiptRecord,
  signalsRecord,
  transposedRecord,
  withoutDisplay,
} from '../support/receipt-records.ts';
import { expectRefusal } from './reference-errors.ts';
import { type Lcg, lcgBytes, loadReceiptVectors, type VectorRecord } from './vectors.ts';

const records = loadReceiptVectors();
const ofType = (type: string) => records.filter((record) => record.type === type);

test('there are as many records as the README of the vectors says, and each kind has a test', () => {
  expect(records).toHaveLength(441);
  const counts = Map.groupBy(records, ({ type }) => type);
  expect(Object.fromEntries([...counts].map(([type, { length }]) => [type, length]))).toEqual({
    CandidateReceipt: 57,
    CandidateCommitments: 51,
    PersistedValidationData: 24,
    bytes: 19,
    check: 180,
    ump: 90,
    decode: 20,
  });
});

test.each(ofType('CandidateReceipt'))('$name', ({ type: _, name: __, ...record }) => {
  const computed = receiptRecord(record.hex as string);
  const raw = computed.raw as Record<string, unknown>;
  // Fields that accessors pass on unchanged stand beside `raw` once more.
  const { raw: expectedRaw, ...rest } = record;
  expect(raw).toEqual(expectedRaw);
  expect({ ...raw, ...computed, raw: undefined }).toMatchObject(rest);
});

/** Bulk data written out. */
function expand(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expand);
  if (typeof value !== 'object' || value === null) return value;
  if ('lcg' in value) return toHex(lcgBytes(value.lcg as Lcg));
  if ('repeat' in value) {
    const { count, item } = value.repeat as { count: number; item: unknown };
    return Array.from({ length: count }, () => expand(item));
  }
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, expand(field)]));
}

interface Notation {
  upward_messages: string[];
  horizontal_messages: { data: string; recipient: number }[];
  new_validation_code: string | null;
  head_data: string;
  processed_downward_messages: number;
  hrmp_watermark: number;
}

function commitmentsOf(value: Notation): protocol.CandidateCommitments {
  return {
    upwardMessages: value.upward_messages.map(fromHex),
    horizontalMessages: value.horizontal_messages.map(({ data, recipient }) => ({
      data: fromHex(data),
      recipient,
    })),
    newValidationCode: value.new_validation_code === null ? undefined : fromHex(value.new_validation_code),
    headData: fromHex(value.head_data),
    processedDownwardMessages: value.processed_downward_messages,
    hrmpWatermark: value.hrmp_watermark,
  };
}

test.each(ofType('CandidateCommitments'))('$name', (record) => {
  const value = expand(record.value) as Notation;
  const commitments = commitmentsOf(value);
  const encoded = protocol.CandidateCommitments.encode(commitments);
  expect(encoded).toHaveLength(record.encoded_size as number);
  if (record.hex !== undefined) expect(toHex(encoded)).toBe(record.hex);
  expect(toVectorNotation(protocol.CandidateCommitments.decodeExact(encoded))).toEqual(value);
  expect(toHex(protocol.commitmentsHash(commitments))).toBe(record.hash);
  expect(signalsRecord(protocol.umpSignals(commitments))).toEqual(withoutDisplay(record.ump_signals));
});

test.each(ofType('PersistedValidationData'))('$name', (record) => {
  const data = protocol.PersistedValidationData.decodeExact(fromHex(record.hex as string));
  expect(toVectorNotation(data)).toEqual(record.value);
  expect(toHex(protocol.validationDataHash(data))).toBe(record.hash);
});

test.each(ofType('bytes'))('$name', (record) => {
  const bytes = lcgBytes(record.lcg as Lcg);
  const vector = { encoded_size: protocol.povEncodedSize({ blockData: bytes }) };
  const plain = { ...vector, hash: toHex(protocol.headDataHash(bytes)) };
  expect({
    PoV: { ...vector, hash: toHex(protocol.povHash({ blockData: bytes })) },
    HeadData: plain,
    ValidationCode: { ...plain, hash: toHex(protocol.codeHash(bytes)) },
  }).toEqual({ PoV: record.PoV, HeadData: record.HeadData, ValidationCode: record.ValidationCode });
});

describe('signals against a claim queue', () => {
  test.each(ofType('ump'))('$name', (record) => {
    const { descriptor } = protocol.CandidateReceipt.decodeExact(fromHex(record.receipt as string));
    const upwardMessages = (record.upward_messages as string[]).map(fromHex);
    const queue = record.claim_queue as protocol.ClaimQueue;
    expect(toVectorNotation(protocol.descriptorVersion(descriptor))).toEqual(record.version);
    expect(signalsRecord(protocol.umpSignals({ upwardMessages }))).toEqual(
      withoutDisplay(record.ump_signals),
    );
    expect(transposedRecord(queue)).toEqual(record.transposed);
    // The rest of the commitments plays no part.
    const commitments = { ...EMPTY, upwardMessages };
    const shuffled = queue.toReversed();
    for (const order of [queue, shuffled]) {
      expect(signalsRecord(protocol.checkUmpSignals({ descriptor, commitments }, order))).toEqual(
        withoutDisplay(record.parse_ump_signals),
      );
    }
  });
});

const EMPTY: protocol.CandidateCommitments = {
  upwardMessages: [],
  horizontalMessages: [],
  newValidationCode: undefined,
  headData: new Uint8Array(),
  processedDownwardMessages: 0,
  hrmpWatermark: 0,
};

const CODECS = {
  CandidateReceipt: protocol.CandidateReceipt,
  CandidateCommitments: protocol.CandidateCommitments,
} as unknown as Readonly<Record<string, protocol.Codec<unknown>>>;

describe('decoding of good, truncated, over-long and mutated bytes', () => {
  test.each(ofType('decode'))('$name', (record: VectorRecord) => {
    const codec = CODECS[record.of as string] as protocol.Codec<unknown>;
    const parts = (record.hex_parts ?? [record.hex]) as unknown[];
    const bytes = fromHex(parts.flatMap(expand).join(''));
    if (record.ok === true) {
      const { value, rest } = codec.decodePrefix(bytes);
      expect(rest).toBe(record.rest);
      expect(toHex(codec.encode(value))).toBe(toHex(bytes.subarray(0, bytes.byteLength - rest)));
      return;
    }
    expectRefusal(() => codec.decode(bytes), record.error as string);
  });
});
