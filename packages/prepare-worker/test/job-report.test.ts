import { encodeFrame, type PrepareError, PrepareJobResult } from '@pvf/protocol';
import type { JobEnd, JobReport } from '@pvf/worker';
import { describe, expect, it } from 'vitest';
import { readJobAnswer, statsOf } from '../src/job-report.ts';

const EXITED: JobEnd = { type: 'exited', status: 0 };
const FAILED: JobEnd = { type: 'exited', status: 1 };
const memoryStats = { memoryTrackerStats: undefined, maxRss: undefined, peakTrackedAlloc: 0n };
const OK: PrepareJobResult = {
  ok: true,
  value: { artifact: Uint8Array.of(1, 2), observedWasmCodeLen: 3, memoryStats },
};

const report = (output: Uint8Array, end: JobEnd = EXITED): JobReport => ({
  pid: 42,
  end,
  cpuTimeNs: 0,
  maxRssBytes: 0,
  output,
});
const answer = (result: PrepareJobResult): Uint8Array => encodeFrame(PrepareJobResult.encode(result));

const errorOf = (given: JobReport, limit?: number): string => {
  const result = readJobAnswer(given, limit);
  return result.type === 'prepared' ? 'ok' : result.error.type;
};

describe('what counts of a preparation', () => {
  it('is its artifact, if it ended well', () => {
    expect(readJobAnswer(report(answer(OK)))).toMatchObject({
      type: 'prepared',
      value: { observedWasmCodeLen: 3 },
    });
    expect(errorOf(report(answer(OK), FAILED))).toBe('JobError');
  });

  it.each([
    [undefined, 'ok'],
    [0, 'OutOfMemory'],
    [1, 'OutOfMemory'],
    [(1 << 20) - 1, 'OutOfMemory'],
    [1 << 20, 'ok'],
    [Number.MAX_SAFE_INTEGER, 'ok'],
  ])('that none can keep to a limit of %s bytes: %s', (limit, expected) => {
    const result = readJobAnswer(report(answer(OK)), limit);
    expect(result.type === 'prepared' ? 'ok' : result).toEqual(
      expected === 'ok' ? 'ok' : { type: 'failed', error: { type: expected } },
    );
    // What it is refused for, it is refused for.
    const error: PrepareError = { type: 'Prevalidation', value: 'x' };
    expect(readJobAnswer(report(answer({ ok: false, error }), FAILED), limit).type).toBe('told');
    expect(errorOf(report(answer(OK), { type: 'cpu-limit' }), limit)).toBe('TimedOut');
  });

  const whole = answer(OK);
  it.each([
    ['nothing', new Uint8Array()],
    ['half a header', whole.subarray(0, 4)],
    ['an answer that is cut', whole.subarray(0, -1)],
    ['an answer and a byte more', Uint8Array.of(...whole, 0)],
    ['a length of 2^64 - 1', new Uint8Array(8).fill(0xff)],
    ['what is no answer', encodeFrame(Uint8Array.of(9, 9))],
  ])('is an error when it wrote %s', (_, output) => {
    expect(errorOf(report(output))).toBe('JobError');
    expect(errorOf(report(output, FAILED))).toBe('JobError');
  });

  it('is how it ended, whatever it wrote before', () => {
    for (const output of [whole, new Uint8Array()]) {
      expect(errorOf(report(output, { type: 'cpu-limit' }))).toBe('TimedOut');
      expect(errorOf(report(output, { type: 'memory-limit' }))).toBe('OutOfMemory');
      expect(errorOf(report(output, { type: 'output-limit' }))).toBe('JobDied');
      expect(errorOf(report(output, { type: 'signaled', signal: 9 }))).toBe('JobDied');
    }
  });

  const own: PrepareError[] = [
    { type: 'Prevalidation', value: 'x' },
    { type: 'Preparation', value: 'x' },
    { type: 'RuntimeConstruction', value: 'x' },
    { type: 'CouldNotDecompressCodeBlob', value: 'x' },
  ];
  const others: PrepareError[] = [
    { type: 'TimedOut' },
    { type: 'OutOfMemory' },
    { type: 'IoErr', value: 'x' },
    { type: 'Kernel', value: 'x' },
  ];
  it('are the refusals that are its own to tell, and no others', () => {
    for (const error of own) expect(errorOf(report(answer({ ok: false, error }), FAILED))).toBe(error.type);
    for (const error of others)
      expect(errorOf(report(answer({ ok: false, error }), FAILED))).toBe('JobError');
  });

  it('is no text that is not UTF-8', () => {
    const spoiled = answer({ ok: false, error: { type: 'Prevalidation', value: 'x' } });
    spoiled.set([0xff], spoiled.length - 1);
    expect(errorOf(report(spoiled, FAILED))).toBe('JobError');
  });
});

describe('what a preparation took', () => {
  it.each([
    [0, 0, 0n],
    [1, 1024 * 1024, 1024n],
    [1_000_000_000, 104_857_600, 102_400n],
    [59_999_999_999, 1_536, 2n],
  ])(
    '%i ns and at most %i bytes is told in its units, whatever the job says of itself',
    (cpuTimeNs, maxRssBytes, kib) => {
      const told: PrepareJobResult = {
        ok: true,
        value: {
          artifact: new Uint8Array(),
          observedWasmCodeLen: 77,
          memoryStats: {
            memoryTrackerStats: { resident: 1n, allocated: 2n },
            maxRss: 3n,
            peakTrackedAlloc: 4n,
          },
        },
      };
      const given = { ...report(answer(told)), cpuTimeNs, maxRssBytes };
      const result = readJobAnswer(given);
      if (result.type !== 'prepared') throw new Error(result.type);
      expect(statsOf(given, result.value)).toEqual({
        cpuTimeElapsed: { secs: BigInt(Math.floor(cpuTimeNs / 1e9)), nanos: cpuTimeNs % 1e9 },
        // getrusage(2) counts in KiB; allocations are counted in bytes.
        memoryStats: { memoryTrackerStats: undefined, maxRss: kib, peakTrackedAlloc: BigInt(maxRssBytes) },
        observedWasmCodeLen: 77,
      });
    },
  );
});
