import { describe, expect, it } from 'vitest';
import {
  ExecuteWorkerResult,
  type JobError,
  type JobResponse,
  JobResult,
  type PrepareError,
  PrepareJobResult,
  PrepareWorkerResult,
  UnreadExecuteWorkerResult,
  UnreadJobResult,
  UnreadPrepareJobResult,
  UnreadPrepareWorkerResult,
} from '../src/index.ts';

const resultDescriptor = {
  headData: Uint8Array.of(1, 2),
  newValidationCode: Uint8Array.of(3),
  upwardMessages: [Uint8Array.of(4)],
  horizontalMessages: [{ recipient: 5, data: Uint8Array.of(6) }],
  processedDownwardMessages: 7,
  hrmpWatermark: 8,
};
const RESPONSES: JobResponse[] = [
  { type: 'Ok', resultDescriptor },
  { type: 'RuntimeConstruction', value: 'größer' },
  { type: 'InvalidCandidate', value: 'größer' },
  { type: 'PoVDecompressionFailure' },
  { type: 'CorruptedArtifact' },
];
const ERRORS: JobError[] = [
  { type: 'TimedOut' },
  { type: 'Panic', value: 'größer' },
  { type: 'Kernel', value: 'größer' },
  { type: 'CouldNotSpawnThread', value: 'größer' },
  { type: 'CpuTimeMonitorThread', value: 'größer' },
  { type: 'UnexpectedExitStatus', value: -3 },
];
const REFUSALS: PrepareError[] = [
  { type: 'Prevalidation', value: 'größer' },
  { type: 'Preparation', value: 'größer' },
  { type: 'RuntimeConstruction', value: 'größer' },
  { type: 'JobError', value: 'größer' },
  { type: 'CouldNotDecompressCodeBlob', value: 'größer' },
];

describe('a message that is passed on unread', () => {
  const jobs: JobResult[] = [
    ...RESPONSES.map((value) => ({ ok: true, value }) as const),
    ...ERRORS.map((error) => ({ ok: false, error }) as const),
  ];
  it.each(jobs)('has the bytes of the message: job, %o', (message) => {
    const bytes = JobResult.encode(message);
    expect(UnreadJobResult.encode(UnreadJobResult.decodeExact(bytes))).toEqual(bytes);
  });

  const duration = { secs: 1n, nanos: 2 };
  const workers: ExecuteWorkerResult[] = [
    ...RESPONSES.map((jobResponse) => ({ ok: true, value: { jobResponse, duration, povSize: 9 } }) as const),
    ...ERRORS.map((value) => ({ ok: false, error: { type: 'JobError', value } }) as const),
    { ok: false, error: { type: 'JobTimedOut' } },
    { ok: false, error: { type: 'JobDied', err: 'größer', jobPid: 10 } },
    { ok: false, error: { type: 'InternalError', value: { type: 'Kernel', value: 'größer' } } },
  ];
  it.each(workers)('has the bytes of the message: execute worker, %o', (message) => {
    const bytes = ExecuteWorkerResult.encode(message);
    expect(UnreadExecuteWorkerResult.encode(UnreadExecuteWorkerResult.decodeExact(bytes))).toEqual(bytes);
  });

  it.each(REFUSALS)('has the bytes of the message: preparation, %o', (error) => {
    const bytes = PrepareJobResult.encode({ ok: false, error });
    const unread = UnreadPrepareJobResult.decodeExact(bytes);
    expect(UnreadPrepareJobResult.encode(unread)).toEqual(bytes);
    if (unread.ok) throw new Error('the error was read as a success');
    expect(UnreadPrepareWorkerResult.encode(unread)).toEqual(
      PrepareWorkerResult.encode({ ok: false, error }),
    );
  });

  it('keeps its text where it lies', () => {
    const bytes = JobResult.encode({ ok: true, value: { type: 'InvalidCandidate', value: 'a text' } });
    const unread = UnreadJobResult.decodeExact(bytes);
    expect(unread).toMatchObject({ value: { value: expect.any(Uint8Array) } });
    if (!unread.ok || unread.value.type !== 'InvalidCandidate') throw new Error('another variant');
    expect(unread.value.value.buffer).toBe(bytes.buffer);
  });
});
