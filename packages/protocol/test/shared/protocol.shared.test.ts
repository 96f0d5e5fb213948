import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import * as protocol from '../../src/index.ts';
import { CODECS } from '../support/codecs.ts';
import { fromHex, toHex, toVectorNotation } from '../support/notation.ts';
import { expectRefusal } from './reference-errors.ts';
import { type Lcg, lcgBytes, loadProtocolVectors, type VectorRecord } from './vectors.ts';

const OTHER_TYPES = ['ExecutorParams-derived', 'format_invalid', 'frame', 'decode', 'checksum'];

const records = loadProtocolVectors();
const ofType = (type: string) => records.filter((record) => record.type === type);

function codecOf(type: string): protocol.Codec<unknown> {
  const codec = CODECS[type];
  if (codec === undefined) throw new Error(`no codec for the vector type ${type}`);
  return codec;
}

/** The vector's value without what the reference says about it. */
function bareValue({ value }: VectorRecord): unknown {
  return typeof value === 'object' && value !== null && 'err' in value ? { err: value.err } : value;
}

test('every kind of record has a test', () => {
  const covered = new Set([...Object.keys(CODECS), ...OTHER_TYPES]);
  expect(records.filter(({ type }) => !covered.has(type))).toEqual([]);
  expect(records.length).toBeGreaterThanOrEqual(915);
});

for (const type of Object.keys(CODECS)) {
  describe(type, () => {
    test.each(ofType(type))('$name', (record) => {
      const codec = codecOf(type);
      const value = codec.decodeExact(fromHex(record.hex as string));
      expect(toVectorNotation(value)).toEqual(bareValue(record));
      expect(toHex(codec.encode(value))).toBe(record.hex);
    });
  });
}

describe('validation params are built from the request', () => {
  const pairs = records.flatMap((record, index) => {
    const before = records[index - 1];
    return record.type === 'ValidationParams' ? [{ name: record.name, record, before }] : [];
  });
  test.each(pairs)('$name', ({ record, before }) => {
    expect(before?.type).toBe('ExecuteRequest');
    const request = protocol.ExecuteRequest.decode(fromHex(before?.hex as string));
    const input = protocol.validationInputOf(request, request.pov.blockData);
    expect(toHex(protocol.ValidationInput.encode(input))).toBe(record.hex);
    expect(toVectorNotation(request.descriptorVersion)).toEqual(record.descriptor_version);
  });
});

describe('what follows from executor params', () => {
  const duration = (
    kind: 'PvfPrepTimeout' | 'PvfExecTimeout',
    params: protocol.ExecutorParams,
    of: string,
  ) => {
    const param = params.find((item) => item.type === kind && item.kind === of);
    if (param === undefined || !('kind' in param)) return null;
    return toVectorNotation(protocol.durationFromMs(param.value));
  };

  test.each(ofType('ExecutorParams-derived'))('$name', (record) => {
    const params = protocol.ExecutorParams.decodeExact(fromHex(record.hex as string));
    expect(toVectorNotation(params)).toEqual(record.value);
    expect(toHex(protocol.paramsHash(params))).toBe(record.hash);
    expect(toHex(protocol.paramsPrepHash(params))).toBe(record.prep_hash);
    expect(toVectorNotation(protocol.precheckingMaxMemory(params))).toBe(record.prechecking_max_memory);
    for (const kind of ['Precheck', 'Prepare'] as const) {
      const expected = (record.pvf_prep_timeout as Record<string, { secs: string; nanos: number } | null>)[
        kind
      ];
      expect(duration('PvfPrepTimeout', params, kind)).toEqual(expected);
      expect(protocol.prepTimeoutMs(params, kind)).toBe(
        expected ? milliseconds(expected) : protocol.DEFAULT_PREP_TIMEOUT_MS[kind],
      );
    }
    for (const kind of ['Backing', 'Approval'] as const) {
      const expected = (record.pvf_exec_timeout as Record<string, { secs: string; nanos: number } | null>)[
        kind
      ];
      expect(duration('PvfExecTimeout', params, kind)).toEqual(expected);
      expect(protocol.execTimeoutMs(params, kind)).toBe(
        expected ? milliseconds(expected) : protocol.DEFAULT_EXEC_TIMEOUT_MS[kind],
      );
    }
    expect(consistencyText(protocol.checkConsistency(params))).toBe(record.consistency);
    const semantics = protocol.executorSemantics(params);
    expect({
      canonicalize_nans: true,
      parallel_compilation: false,
      wasm_multi_value: false,
      wasm_reference_types: false,
      wasm_simd: false,
      logical_max: semantics.stackLogicalMax,
      maximum_pages: semantics.maximumPages,
      native_stack_max: semantics.stackNativeMax,
      wasm_bulk_memory: semantics.wasmBulkMemory,
    }).toEqual(record.semantics);
  });
});

/** Exact milliseconds of a duration, at most what a number holds. */
function milliseconds({ secs, nanos }: { secs: string; nanos: number }): number {
  const exact = BigInt(secs) * 1_000n + BigInt(nanos) / 1_000_000n;
  return Number(exact > BigInt(Number.MAX_SAFE_INTEGER) ? BigInt(Number.MAX_SAFE_INTEGER) : exact);
}

/** How the reference prints the finding. */
function consistencyText(error: protocol.ExecutorParamError | undefined): string | null {
  if (error === undefined) return null;
  if (error.type === 'IncompatibleValues') return `${error.type}("${error.first}", "${error.second}")`;
  return `${error.type}("${error.param}")`;
}

describe('errors', () => {
  const failures = records.filter((record) => 'display' in Object(record.value));

  test.each(failures)('$name', (record) => {
    const { display, is_deterministic } = record.value as { display: string; is_deterministic?: boolean };
    const value = codecOf(record.type).decodeExact(fromHex(record.hex as string)) as
      | protocol.PrepareWorkerResult
      | protocol.ExecuteWorkerResult
      | protocol.JobResult;
    if (value.ok) throw new Error('the vector is an error');
    let text: string;
    if (record.type === 'PrepareWorkerResult') {
      const error = value.error as protocol.PrepareError;
      expect(protocol.isDeterministic(error)).toBe(is_deterministic);
      text = protocol.describePrepareError(error);
    } else if (record.type === 'JobResult') {
      text = protocol.describeJobError(value.error as protocol.JobError);
    } else {
      text = protocol.describeWorkerError(value.error as protocol.WorkerError);
    }
    // The wording is ours; the details at its end are the error's own.
    const details = (value.error as { value?: unknown; err?: unknown }).err ?? innermost(value.error);
    if (typeof details === 'string') {
      expect(display.endsWith(details)).toBe(true);
      expect(text.endsWith(details)).toBe(true);
    }
    expect(text).not.toBe('');
  });
});

/** The text or number that the innermost error carries. */
function innermost(error: object): unknown {
  const { value, err } = error as { value?: unknown; err?: unknown };
  return typeof value === 'object' && value !== null ? innermost(value) : (err ?? value);
}

test.each(ofType('format_invalid'))('$name', (record) => {
  const [context, message] = [record.ctx as string, record.msg as string];
  expect(protocol.invalidCandidate(context, message)).toEqual(record.value);
  expect(protocol.runtimeConstruction(context, message)).toEqual(record.value_runtime_construction);
});

describe('frames', () => {
  test('of a prepare job that is out of memory', () => {
    const record = records.find(({ name }) => name === 'OOM_PAYLOAD');
    expect(toHex(protocol.OUT_OF_MEMORY_FRAME)).toBe(record?.hex);
    expect(toHex(protocol.encodeFrame(fromHex(record?.payload as string)))).toBe(record?.hex);
  });

  test.each(ofType('frame').filter((record) => 'payload_lcg' in record))('$name', (record) => {
    const payload = lcgBytes(record.payload_lcg as Lcg);
    const frame = protocol.encodeFrame(payload);
    expect(frame.byteLength).toBe(record.frame_len);
    expect(toHex(frame.subarray(0, 8))).toBe(record.prefix);
    expect(createHash('sha256').update(frame).digest('hex')).toBe(record.sha256);
    expect(new protocol.FrameDecoder().push(frame)).toEqual([payload]);
  });
});

describe('decoding of good, truncated, over-long and mutated bytes', () => {
  test.each(ofType('decode'))('$name', (record) => {
    const type = record.of as string;
    // The decoder behind these records is the one of the params without an extension.
    const codec = type === 'ValidationParams' ? protocol.ValidationParams : codecOf(type);
    const bytes = fromHex(record.hex as string);
    if (record.ok === true) {
      const { value, rest } = (codec as protocol.Codec<unknown>).decodePrefix(bytes);
      expect(rest).toBe(record.rest);
      const again = (codec as protocol.Codec<unknown>).encode(value);
      expect(toHex(again)).toBe(toHex(bytes.subarray(0, bytes.byteLength - rest)));
      return;
    }
    expectRefusal(() => codec.decode(bytes), record.error as string);
  });
});

test.each(ofType('checksum'))('$name', (record) => {
  const bytes = lcgBytes(record.lcg as Lcg);
  if (record.input !== undefined) expect(toHex(bytes)).toBe(record.input);
  expect(toHex(protocol.artifactChecksum(bytes))).toBe(record.checksum);
});
