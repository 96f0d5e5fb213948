import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PROPERTY } from '../../test-kit/setup/property.ts';
import {
  type CandidateDescriptorVersion,
  COMPRESSED_PREFIX,
  DEFAULT_CODE_BOMB_LIMIT,
  describeInternalError,
  describeJobError,
  describePrepareError,
  describeWorkerError,
  durationFromMs,
  durationFromNs,
  durationToMs,
  durationToNs,
  invalidCandidate,
  isCompressed,
  isDeterministic,
  isProtocolError,
  POV_BOMB_LIMIT,
  PoV,
  type PrepareError,
  ProtocolError,
  runtimeConstruction,
  validationInputOf,
} from '../src/index.ts';
import { internalError, jobError, prepareError, workerError } from './support/arbitraries.ts';

describe('durations', () => {
  test('keep every nanosecond', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 90n }), (ns) => {
        expect(durationToNs(durationFromNs(ns))).toBe(ns);
      }),
      PROPERTY,
    );
  });

  test('are clamped to what the wire can hold', () => {
    expect(durationFromNs(-1n)).toEqual({ secs: 0n, nanos: 0 });
    expect(durationFromNs(2n ** 200n)).toEqual({ secs: 2n ** 64n - 1n, nanos: 999_999_999 });
    expect(durationFromMs(Number.NaN)).toEqual({ secs: 0n, nanos: 0 });
    expect(durationFromMs(Number.POSITIVE_INFINITY).secs).toBe(2n ** 64n - 1n);
  });

  test('are made from milliseconds and back', () => {
    expect(durationFromMs(1_500)).toEqual({ secs: 1n, nanos: 500_000_000 });
    expect(durationFromMs(0.25)).toEqual({ secs: 0n, nanos: 250_000 });
    expect(durationFromMs(2n ** 64n - 1n)).toEqual({ secs: 18_446_744_073_709_551n, nanos: 615_000_000 });
    expect(durationToMs({ secs: 2n, nanos: 1_500_000 })).toBe(2_001.5);
  });
});

describe('compressed blobs', () => {
  test('begin with the eight magic bytes', () => {
    expect(isCompressed(COMPRESSED_PREFIX)).toBe(true);
    expect(isCompressed(Uint8Array.of(...COMPRESSED_PREFIX, 1, 2))).toBe(true);
    expect(isCompressed(COMPRESSED_PREFIX.subarray(0, 7))).toBe(false);
    expect(isCompressed(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0))).toBe(false);
    expect(isCompressed(new Uint8Array())).toBe(false);
  });
});

describe('preparation errors', () => {
  const DETERMINISTIC = [
    'Prevalidation',
    'Preparation',
    'JobError',
    'OutOfMemory',
    'CouldNotDecompressCodeBlob',
  ];

  test('that the code itself causes are deterministic', () => {
    fc.assert(
      fc.property(prepareError, (error: PrepareError) => {
        expect(isDeterministic(error)).toBe(DETERMINISTIC.includes(error.type));
      }),
      PROPERTY,
    );
  });
});

describe('texts', () => {
  function everyText<T>(errors: fc.Arbitrary<T>, describeError: (error: T) => string, start: RegExp): void {
    fc.assert(
      fc.property(errors, (error) => {
        expect(describeError(error)).toMatch(start);
      }),
      PROPERTY,
    );
  }

  test('there is one for every error', () => {
    everyText(prepareError, describePrepareError, /^preparing: ./s);
    everyText(jobError, describeJobError, /^(the|a) ./s);
    everyText(internalError, describeInternalError, /^validating: ./s);
    everyText(workerError, describeWorkerError, /^executing: ./s);
  });

  test('of job responses join context and message', () => {
    expect(invalidCandidate('execute', 'boom')).toEqual({ type: 'InvalidCandidate', value: 'execute: boom' });
    expect(runtimeConstruction('execute')).toEqual({ type: 'RuntimeConstruction', value: 'execute' });
  });
});

test('isProtocolError tells codes apart', () => {
  const error = new ProtocolError('FRAME_TRUNCATED', { needed: 8, available: 1 }, 'cut');
  expect(isProtocolError(error)).toBe(true);
  expect(isProtocolError(error, 'FRAME_TRUNCATED')).toBe(true);
  expect(isProtocolError(error, 'TRUNCATED')).toBe(false);
  expect(isProtocolError(new Error('cut'))).toBe(false);
  expect(isProtocolError(undefined)).toBe(false);
  expect(error.name).toBe('ProtocolError');
});

test('messages name the place and carry no bytes of the input', () => {
  expect(() => PoV.decode(Uint8Array.of(8, 0xaa))).toThrow(/PoV\.blockData at byte 1/);
});

describe('what a PVF gets', () => {
  const hash = (byte: number) => new Uint8Array(32).fill(byte);
  const request = (descriptorVersion: CandidateDescriptorVersion) => ({
    pvd: {
      parentHead: Uint8Array.of(1, 2),
      relayParentNumber: 3,
      relayParentStorageRoot: hash(4),
      maxPovSize: 5,
    },
    pov: { blockData: Uint8Array.of(6) },
    executionTimeout: { secs: 7n, nanos: 0 },
    artifactChecksum: hash(8),
    relayParent: hash(9),
    schedulingParent: hash(10),
    descriptorVersion,
  });
  const plain = {
    parentHead: Uint8Array.of(1, 2),
    blockData: Uint8Array.of(11),
    relayParentNumber: 3,
    relayParentStorageRoot: hash(4),
  };

  test.each<CandidateDescriptorVersion>([
    { type: 'V1' },
    { type: 'V2' },
    { type: 'Unknown', value: 2 },
    { type: 'Unknown', value: 3 },
  ])('with a descriptor of version %o has no extension', (version) => {
    expect(validationInputOf(request(version), Uint8Array.of(11))).toEqual({
      ...plain,
      extension: undefined,
    });
  });

  test('with a descriptor of version V3 has both parents', () => {
    expect(validationInputOf(request({ type: 'V3' }), Uint8Array.of(11))).toEqual({
      ...plain,
      extension: { type: 'V3', relayParent: hash(9), schedulingParent: hash(10) },
    });
  });
});

test('what compressed code and proofs may grow to is part of consensus', () => {
  expect([DEFAULT_CODE_BOMB_LIMIT, POV_BOMB_LIMIT]).toEqual([31_457_280, 41_943_040]);
});
