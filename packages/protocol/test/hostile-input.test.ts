import { describe, expect, test } from 'vitest';
import {
  type Codec,
  Duration,
  ExecuteRequest,
  ExecuteWorkerResult,
  ExecutorParams,
  JobResult,
  MAX_UPWARD_MESSAGES,
  PoV,
  PrepareError,
  PrepareJobKind,
  PrepareWorkerResult,
  PvfPrepData,
  ValidationInput,
  ValidationResult,
  WorkerHandshake,
} from '../src/index.ts';
import { failureOf } from './support/failure.ts';
import { fromHex } from './support/notation.ts';

const decodeHex = (codec: Codec<unknown>, hex: string) => failureOf(() => codec.decode(fromHex(hex)));
const asAny = <T>(codec: Codec<T>) => codec as unknown as Codec<unknown>;

describe('a failure names its code, its field and its offset', () => {
  test.each([
    ['a cut struct', asAny(WorkerHandshake), '0100', 'TRUNCATED', 'securityStatus.canEnableSeccomp', 2],
    [
      'a bool of 2',
      asAny(WorkerHandshake),
      '0100020000',
      'INVALID_BOOL',
      'securityStatus.canEnableSeccomp',
      2,
    ],
    ['an unknown name', asAny(PrepareJobKind), '02', 'UNKNOWN_VARIANT', '', 0],
    ['an unknown variant', asAny(PrepareError), '0d', 'UNKNOWN_VARIANT', '', 0],
    ['index 0 of params, which start at 1', asAny(ExecutorParams), '0400', 'UNKNOWN_VARIANT', '[0]', 1],
    [
      'a nested unknown variant',
      asAny(ExecutorParams),
      '08070502',
      'UNKNOWN_VARIANT',
      '[1].PvfPrepTimeout.kind',
      3,
    ],
    ['an option of 2', asAny(ValidationResult), '0002', 'INVALID_OPTION', 'newValidationCode', 1],
    ['a result of 2', asAny(PrepareWorkerResult), '02', 'INVALID_RESULT', '', 0],
    [
      'text that is not UTF-8',
      asAny(PrepareWorkerResult),
      '010004ff',
      'INVALID_UTF8',
      'error.Prevalidation.value',
      2,
    ],
    ['a duration of 10⁹ ns', asAny(Duration), '000000000000000000ca9a3b', 'INVALID_DURATION', '', 0],
    ['an error in an error', asAny(JobResult), '0106', 'UNKNOWN_VARIANT', 'error', 1],
    [
      'an extension of version 4',
      asAny(ValidationInput),
      `0000${'00'.repeat(36)}04`,
      'UNKNOWN_VARIANT',
      'extension',
      38,
    ],
  ])('%s', (_, codec, hex, code, path, offset) => {
    expect(decodeHex(codec, hex)).toMatchObject({ code, meta: { codec: codec.name, path, offset } });
  });

  test('an offset counts from the start of the given view', () => {
    const view = fromHex('ffffff0100').subarray(3);
    expect(failureOf(() => WorkerHandshake.decode(view)).meta).toMatchObject({
      offset: 2,
      needed: 1,
      available: 0,
    });
  });
});

describe('lengths', () => {
  test.each([
    ['one byte in two', '0100'],
    ['63 in two bytes', 'fd00'],
    ['two bytes in four', '02010000'],
    ['2¹⁴ − 1 in four bytes', 'feff0000'],
    ['2³⁰ − 1 in five bytes', '03ffffff3f'],
    ['a number of more than 32 bits', '0700000000010000'],
    ['a number of 536 bits', `ff${'ff'.repeat(67)}`],
  ])('%s are no length', (_, hex) => {
    expect(decodeHex(asAny(PoV), hex).code).toBe('INVALID_COMPACT');
  });

  test.each([
    ['a byte vector of 4 GiB', asAny(PoV), '03ffffffff'],
    ['a byte vector of 1 GiB', asAny(PoV), '0300000040'],
    ['4,294,967,295 params', asAny(ExecutorParams), '03ffffffff07070707'],
    ['a text of 1 GiB', asAny(PrepareError), '00feffffff'],
  ])('%s with nothing behind end as truncated', (_, codec, hex) => {
    expect(decodeHex(codec, hex).code).toBe('TRUNCATED');
  });

  test('a length that is cut itself is truncated', () => {
    for (const hex of ['', '01', '020000', '03000000'])
      expect(decodeHex(asAny(PoV), hex).code).toBe('TRUNCATED');
  });
});

describe('bounds of a validation result', () => {
  const result = (upward: number, horizontal: number): ValidationResult => ({
    headData: new Uint8Array(),
    newValidationCode: undefined,
    upwardMessages: Array.from({ length: upward }, () => new Uint8Array()),
    horizontalMessages: Array.from({ length: horizontal }, () => ({ recipient: 0, data: new Uint8Array() })),
    processedDownwardMessages: 0,
    hrmpWatermark: 0,
  });

  test('as many messages as allowed pass', () => {
    const full = result(MAX_UPWARD_MESSAGES, MAX_UPWARD_MESSAGES);
    expect(ValidationResult.decodeExact(ValidationResult.encode(full))).toStrictEqual(full);
  });

  test('one more is refused when encoding', () => {
    expect(failureOf(() => ValidationResult.encode(result(16_385, 0)))).toMatchObject({
      code: 'INVALID_VALUE',
      meta: { path: 'upwardMessages' },
    });
    expect(failureOf(() => ValidationResult.encode(result(0, 16_385)))).toMatchObject({
      code: 'INVALID_VALUE',
      meta: { path: 'horizontalMessages' },
    });
  });

  test('one more is refused when decoding, before any message is read', () => {
    expect(decodeHex(asAny(ValidationResult), '000006000100')).toMatchObject({
      code: 'TOO_MANY_ITEMS',
      meta: { path: 'upwardMessages', count: 16_385, max: 16_384 },
    });
    expect(decodeHex(asAny(ValidationResult), '00000006000100')).toMatchObject({
      code: 'TOO_MANY_ITEMS',
      meta: { path: 'horizontalMessages' },
    });
  });
});

describe('bytes behind a value', () => {
  test('are ignored by decode, counted by decodePrefix, refused by decodeExact', () => {
    const bytes = fromHex('000000000000ffff').subarray(0, 7);
    expect(PrepareJobKind.decode(bytes)).toBe('Compilation');
    expect(PrepareJobKind.decodePrefix(bytes)).toEqual({ value: 'Compilation', rest: 6 });
    expect(failureOf(() => PrepareJobKind.decodeExact(bytes))).toEqual({
      code: 'TRAILING_BYTES',
      meta: { codec: 'PrepareJobKind', path: '', offset: 1, rest: 6 },
    });
  });
});

describe('values that cannot be encoded', () => {
  const prepData: PvfPrepData = {
    maybeCompressedCode: new Uint8Array(3),
    validationCodeBombLimit: 1,
    codeHash: new Uint8Array(32),
    executorParams: [],
    prepTimeout: { secs: 1n, nanos: 0 },
    prepKind: 'Compilation',
  };

  test.each([
    ['a short hash', { codeHash: new Uint8Array(31) }, 'codeHash'],
    ['a long hash', { codeHash: new Uint8Array(33) }, 'codeHash'],
    ['a number above u32', { validationCodeBombLimit: 2 ** 32 }, 'validationCodeBombLimit'],
    ['a negative number', { validationCodeBombLimit: -1 }, 'validationCodeBombLimit'],
    ['a fraction', { validationCodeBombLimit: 0.5 }, 'validationCodeBombLimit'],
    ['a number for a bigint', { prepTimeout: { secs: 1, nanos: 0 } }, 'prepTimeout.secs'],
    ['a bigint above u64', { prepTimeout: { secs: 2n ** 64n, nanos: 0 } }, 'prepTimeout.secs'],
    ['10⁹ nanoseconds', { prepTimeout: { secs: 0n, nanos: 1_000_000_000 } }, 'prepTimeout'],
    ['an unknown name', { prepKind: 'Precheck' }, 'prepKind'],
    ['an unknown variant', { executorParams: [{ type: 'Nothing' }] }, 'executorParams[0]'],
    ['an array for bytes', { maybeCompressedCode: [1, 2] }, 'maybeCompressedCode'],
    ['a missing field', { executorParams: undefined }, 'executorParams'],
  ])('%s', (_, change, path) => {
    const value = { ...prepData, ...change } as PvfPrepData;
    expect(failureOf(() => PvfPrepData.encode(value))).toMatchObject({
      code: 'INVALID_VALUE',
      meta: { codec: 'PvfPrepData', path },
    });
  });

  test('input that is no bytes at all', () => {
    expect(failureOf(() => PvfPrepData.decode(undefined as unknown as Uint8Array)).code).toBe(
      'INVALID_VALUE',
    );
    expect(failureOf(() => PvfPrepData.decode('00' as unknown as Uint8Array)).code).toBe('INVALID_VALUE');
  });

  test('a lone surrogate is sent as U+FFFD rather than not at all', () => {
    const error: PrepareError = { type: 'JobError', value: 'a\ud800b' };
    expect(PrepareError.decode(PrepareError.encode(error))).toEqual({ type: 'JobError', value: 'a\ufffdb' });
  });

  test('a byte order mark stays in the text', () => {
    const error: PrepareError = { type: 'JobError', value: '\ufeffx' };
    expect(PrepareError.decode(PrepareError.encode(error))).toEqual(error);
  });
});

describe('memory', () => {
  const request: ExecuteRequest = {
    pvd: {
      parentHead: new Uint8Array(100),
      relayParentNumber: 1,
      relayParentStorageRoot: new Uint8Array(32),
      maxPovSize: 10_485_760,
    },
    pov: { blockData: new Uint8Array(1_000_000).fill(7) },
    executionTimeout: { secs: 2n, nanos: 0 },
    artifactChecksum: new Uint8Array(32),
    relayParent: new Uint8Array(32),
    schedulingParent: new Uint8Array(32),
    descriptorVersion: { type: 'V2' },
  };

  test('byte fields of a decoded value are views of the input', () => {
    const bytes = ExecuteRequest.encode(request);
    const { pov } = ExecuteRequest.decode(bytes);
    expect(pov.blockData.buffer).toBe(bytes.buffer);
    expect(pov.blockData.byteLength).toBe(1_000_000);
  });

  test('byte fields are passed on as they are when encoding in parts', () => {
    expect(ExecuteRequest.encodeParts(request)).toContain(request.pov.blockData);
  });

  test('an encoding does not share memory with its value', () => {
    const bytes = PoV.encode(request.pov);
    bytes.fill(0);
    expect(request.pov.blockData[0]).toBe(7);
  });

  test('shared memory can be decoded, texts included', () => {
    const encoded = ExecuteWorkerResult.encode({
      ok: false,
      error: { type: 'JobDied', err: 'why', jobPid: 3 },
    });
    const shared = new Uint8Array(new SharedArrayBuffer(encoded.byteLength));
    shared.set(encoded);
    expect(ExecuteWorkerResult.decode(shared)).toEqual({
      ok: false,
      error: { type: 'JobDied', err: 'why', jobPid: 3 },
    });
  });

  test('Buffers are accepted, and plain Uint8Arrays come out', () => {
    const { pov } = ExecuteRequest.decode(Buffer.from(ExecuteRequest.encode(request)));
    expect(Buffer.isBuffer(pov.blockData)).toBe(false);
  });
});
