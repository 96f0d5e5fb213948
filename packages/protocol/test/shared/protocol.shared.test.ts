import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import * as protocol from '../../src/index.ts';
import { fromHex, toHex, toVectorNotation } from '../notation.ts';
import { type Lcg, lcgBytes, loadProtocolVectors, type VectorRecord } from './vectors.ts';

/** Codec of each `type` in the vectors that has values. */
const CODECS: Readonly<Record<string, protocol.Codec<never>>> = {
  WorkerHandshake: protocol.WorkerHandshake,
  Handshake: protocol.ExecuteHandshake,
  PrepareJobKind: protocol.PrepareJobKind,
  PvfPrepData: protocol.PvfPrepData,
  PrepareWorkerResult: protocol.PrepareWorkerResult,
  ExecuteRequest: protocol.ExecuteRequest,
  ValidationParams: protocol.ValidationInput,
  ValidationResult: protocol.ValidationResult,
  ExecuteWorkerResult: protocol.ExecuteWorkerResult,
  JobResult: protocol.JobResult,
};

const records = loadProtocolVectors();
const ofType = (type: string) => records.filter((record) => record.type === type);

function codecOf(type: string): protocol.Codec<never> {
  const codec = CODECS[type];
  if (codec === undefined) throw new Error(`no codec for the vector type ${type}`);
  return codec;
}

/** The vector's value without what the reference printed about it. */
function withoutTexts(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('err' in value)) return value;
  return { err: value.err };
}

test('every kind of record is covered', () => {
  const covered = new Set([
    ...Object.keys(CODECS),
    'ExecutorParams-derived',
    'format_invalid',
    'frame',
    'decode',
  ]);
  covered.add('checksum');
  expect(records.filter(({ type }) => !covered.has(type)).map(({ type }) => type)).toEqual([]);
  expect(records.length).toBeGreaterThanOrEqual(915);
});

for (const type of Object.keys(CODECS)) {
  describe(type, () => {
    test.each(ofType(type))('$name', (record) => {
      const codec = codecOf(type);
      const bytes = fromHex(record['hex'] as string);
      const value = codec.decodeExact(bytes);
      expect(toVectorNotation(value)).toEqual(withoutTexts(record['value']));
      expect(toHex(codec.encode(value))).toBe(record['hex']);
    });
  });
}
