import {
  ExecuteWorkerResult,
  encodeFrame,
  JobResult,
  UnreadExecuteWorkerResult,
  UnreadJobDetail,
} from '@pvf/protocol';
import type { JobEnd, JobReport } from '@pvf/worker';
import { describe, expect, it } from 'vitest';
import { classifyReport } from '../src/job-report.ts';

const OK: JobResult = { ok: true, value: { type: 'CorruptedArtifact' } };
const EXITED: JobEnd = { type: 'exited', status: 0 };

const answer = (result: JobResult, povSize = [7, 0, 0, 0]): Uint8Array =>
  encodeFrame(Uint8Array.of(...JobResult.encode(result), ...(result.ok ? povSize : [])));

const report = (output: Uint8Array, end: JobEnd = EXITED): JobReport => ({
  pid: 42,
  end,
  cpuTimeNs: 5_000,
  maxRssBytes: 0,
  output,
});

const TIMED_OUT: JobResult = { ok: false, error: { type: 'TimedOut' } };

const errorOf = (given: JobReport): string => {
  const result = classifyReport(given);
  return result.ok ? 'ok' : result.error.type;
};

describe('what the host is told of a job', () => {
  it('is its answer, with the kernel’s CPU time', () => {
    expect(classifyReport(report(answer(OK)))).toEqual({
      ok: true,
      value: { jobResponse: { type: 'CorruptedArtifact' }, duration: { secs: 0n, nanos: 5_000 }, povSize: 7 },
    });
  });

  const whole = answer(OK);
  it.each([
    ['nothing', new Uint8Array()],
    ['half a header', whole.subarray(0, 4)],
    ['an answer that is cut', whole.subarray(0, -1)],
    ['an answer and a byte more', Uint8Array.of(...whole, 0)],
    ['two answers', Uint8Array.of(...whole, ...whole)],
    ['an answer without the size of the PoV', encodeFrame(JobResult.encode(OK))],
    ['an error and a byte more', encodeFrame(Uint8Array.of(...JobResult.encode(TIMED_OUT), 0))],
    ['an answer of no known kind', encodeFrame(Uint8Array.of(0, 99, 0, 0, 0, 0))],
    ['a length of 2^64 - 1', new Uint8Array(8).fill(0xff)],
  ])('is that it has died when it wrote %s', (_, output) => {
    expect(errorOf(report(output))).toBe('JobDied');
    expect(errorOf(report(output, { type: 'exited', status: 1 }))).toBe('JobDied');
  });

  it('is how it ended, whatever it wrote before', () => {
    for (const output of [whole, new Uint8Array()]) {
      expect(errorOf(report(output, { type: 'cpu-limit' }))).toBe('JobTimedOut');
      expect(errorOf(report(output, { type: 'output-limit' }))).toBe('JobDied');
      expect(errorOf(report(output, { type: 'memory-limit' }))).toBe('JobDied');
      expect(errorOf(report(output, { type: 'signaled', signal: 9 }))).toBe('JobDied');
    }
  });

  it('is an error when it answers and fails', () => {
    expect(classifyReport(report(whole, { type: 'exited', status: 3 }))).toEqual({
      ok: false,
      error: { type: 'JobError', value: { type: 'UnexpectedExitStatus', value: 3 } },
    });
  });

  it.each([1, 2, 3, 255])('is an error when it answers and ends with status %i', (status) => {
    expect(classifyReport(report(whole, { type: 'exited', status }))).toEqual({
      ok: false,
      error: { type: 'JobError', value: { type: 'UnexpectedExitStatus', value: status } },
    });
  });

  it('costs no time when the PoV cannot be decompressed', () => {
    const broken: JobResult = { ok: true, value: { type: 'PoVDecompressionFailure' } };
    expect(classifyReport(report(answer(broken, [0, 0, 0, 0])))).toEqual({
      ok: true,
      value: {
        jobResponse: { type: 'PoVDecompressionFailure' },
        duration: { secs: 0n, nanos: 0 },
        povSize: 0,
      },
    });
  });

  it.each<[JobResult & { ok: false }, string]>([
    [{ ok: false, error: { type: 'TimedOut' } }, 'JobTimedOut'],
    [{ ok: false, error: { type: 'Panic', value: 'x' } }, 'JobError'],
    [{ ok: false, error: { type: 'Kernel', value: 'x' } }, 'JobError'],
    [{ ok: false, error: { type: 'CouldNotSpawnThread', value: 'x' } }, 'JobError'],
    [{ ok: false, error: { type: 'CpuTimeMonitorThread', value: 'x' } }, 'JobError'],
    [{ ok: false, error: { type: 'UnexpectedExitStatus', value: 1 } }, 'JobError'],
  ])('never is an internal error, whatever a job claims: %j', (claim, expected) => {
    for (const status of [0, 1])
      expect(errorOf(report(answer(claim), { type: 'exited', status }))).toBe(expected);
  });

  it('is the text of its answer, byte for byte, and no text at all that is not UTF-8', () => {
    const text = 'Überlauf – 溢出 – \u{1F4A5}';
    const given = report(answer({ ok: true, value: { type: 'InvalidCandidate', value: text } }));
    const told = ExecuteWorkerResult.decodeExact(UnreadExecuteWorkerResult.encode(classifyReport(given)));
    expect(told).toMatchObject({
      ok: true,
      value: { jobResponse: { type: 'InvalidCandidate', value: text } },
    });
    const spoiled = given.output.slice();
    spoiled.set([0xff], spoiled.indexOf(0xc3));
    expect(errorOf(report(spoiled))).toBe('JobDied');
  });

  it('is none with anything behind what it tells beside its answer, or half of that', () => {
    const detail = UnreadJobDetail.encode({ memoryPages: 1, codeBytes: 2, panic: undefined, backtrace: [] });
    const told = (beside: Uint8Array): string =>
      errorOf(report(encodeFrame(Uint8Array.of(...JobResult.encode(OK), 7, 0, 0, 0, ...beside))));
    expect(told(detail)).toBe('ok');
    expect(told(Uint8Array.of(...detail, 0))).toBe('JobDied');
    for (let cut = 1; cut < detail.length; cut++)
      expect(told(detail.subarray(0, cut)), `${cut}`).toBe('JobDied');
  });

  it('is none if a text that it tells is not UTF-8', () => {
    const none = Uint8Array.of(0xff);
    const some = Uint8Array.of(0x61);
    const told = (panic: Uint8Array, name: Uint8Array): string => {
      const backtrace = [{ index: 1, isHostFunction: false, name }];
      const detail = UnreadJobDetail.encode({ memoryPages: 1, codeBytes: 2, panic, backtrace });
      return errorOf(report(encodeFrame(Uint8Array.of(...JobResult.encode(OK), 7, 0, 0, 0, ...detail))));
    };
    expect([told(some, some), told(none, some), told(some, none)]).toEqual(['ok', 'JobDied', 'JobDied']);
  });
});
