import { describe, expect, it } from 'vitest';
import {
  ARTIFACT_RECORD_BYTES,
  artifactRecord,
  hasArtifactRecord,
  withoutArtifactRecord,
} from '../src/index.ts';

const [code, params] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
const record = artifactRecord(code, params);
const artifact = Uint8Array.of(7, 8, 9);
const file = Uint8Array.of(...artifact, ...record);

describe('the record of an artifact', () => {
  it('has the bytes that it always had', () => {
    expect(Buffer.from(record).toString('hex')).toBe(`${'01'.repeat(32)}${'02'.repeat(32)}5056462d52454301`);
    expect(record.length).toBe(ARTIFACT_RECORD_BYTES);
  });

  it('is found at the end of a file, and nowhere else', () => {
    expect(hasArtifactRecord(file, record)).toBe(true);
    expect(hasArtifactRecord(file, artifactRecord(params, code))).toBe(false);
    expect(hasArtifactRecord(Uint8Array.of(...file, 0), record)).toBe(false);
    expect(hasArtifactRecord(record.subarray(1), record)).toBe(false);
    expect(hasArtifactRecord(artifact, record)).toBe(false);
  });

  it('can be taken off, once', () => {
    expect(withoutArtifactRecord(file)).toEqual(artifact);
    expect(withoutArtifactRecord(Uint8Array.of(...file, ...record))).toEqual(file);
    for (const other of [artifact, new Uint8Array(), record.subarray(1)])
      expect(withoutArtifactRecord(other)).toEqual(other);
  });

  it('is of two hashes of 32 bytes', () => {
    expect(() => artifactRecord(code.subarray(1), params)).toThrow(RangeError);
  });
});
