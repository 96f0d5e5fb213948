import { durationFromMs, type InternalValidationError, type JobError, type JobResponse } from '@pvf/protocol';
import { describe, expect, it } from 'vitest';
import type { ExecuteAnswer } from '../../src/execute/work.ts';
import { classify, describePrepareError } from '../../src/verdict/index.ts';

const answered = (jobResponse: JobResponse): ExecuteAnswer => ({
  type: 'answered',
  response: { jobResponse, duration: durationFromMs(1), povSize: 1 },
  wallTimeMs: 1,
});
const jobError = (value: JobError): ExecuteAnswer => ({
  type: 'worker-error',
  error: { type: 'JobError', value },
  wallTimeMs: 1,
});

const RESULT = {
  headData: new Uint8Array(),
  newValidationCode: undefined,
  upwardMessages: [],
  horizontalMessages: [],
  processedDownwardMessages: 0,
  hrmpWatermark: 0,
};

/** Everything that a job, or a guest that has taken it over, can bring about. */
const FROM_JOBS: [ExecuteAnswer, object][] = [
  [answered({ type: 'Ok', resultDescriptor: RESULT }), { type: 'valid' }],
  [answered({ type: 'InvalidCandidate', value: 'no' }), { type: 'invalid', rule: 'refused-by-pvf' }],
  [answered({ type: 'PoVDecompressionFailure' }), { type: 'invalid', rule: 'pov-decompression' }],
  [
    answered({ type: 'RuntimeConstruction', value: '' }),
    { type: 'possibly-invalid', cause: 'runtime-construction', artifactAtFault: true },
  ],
  [
    answered({ type: 'CorruptedArtifact' }),
    { type: 'possibly-invalid', cause: 'corrupted-artifact', artifactAtFault: true },
  ],
  [
    { type: 'worker-error', error: { type: 'JobTimedOut' }, wallTimeMs: 1 },
    { type: 'invalid', rule: 'cpu-timeout' },
  ],
  [
    { type: 'worker-error', error: { type: 'JobDied', err: '', jobPid: 1 }, wallTimeMs: 1 },
    { type: 'possibly-invalid', cause: 'job-died', artifactAtFault: false },
  ],
  ...(['Panic', 'Kernel', 'CouldNotSpawnThread', 'CpuTimeMonitorThread'] as const).map(
    (type): [ExecuteAnswer, object] => [
      jobError({ type, value: '' }),
      { type: 'possibly-invalid', cause: 'job-error', artifactAtFault: false },
    ],
  ),
  [jobError({ type: 'TimedOut' }), { type: 'possibly-invalid', cause: 'job-error' }],
  [jobError({ type: 'UnexpectedExitStatus', value: 9 }), { type: 'possibly-invalid', cause: 'job-error' }],
  [
    { type: 'wall-timeout', wallTimeMs: 1 },
    { type: 'invalid', rule: 'wall-timeout' },
  ],
  [
    { type: 'worker-died', message: '', wallTimeMs: 1 },
    { type: 'possibly-invalid', cause: 'worker-died' },
  ],
];

/** Everything that this machine alone can bring about. */
const FAULTS: [InternalValidationError, object][] = [
  [
    { type: 'HostCommunication', value: '' },
    { cause: 'host-communication', artifactAtFault: false },
  ],
  [
    { type: 'CouldNotCreateLink', value: '' },
    { cause: 'could-not-create-link', artifactAtFault: false },
  ],
  [
    { type: 'CouldNotOpenFile', value: '' },
    { cause: 'could-not-open-file', artifactAtFault: true },
  ],
  [
    { type: 'CouldNotCreatePipe', value: '' },
    { cause: 'could-not-create-pipe', artifactAtFault: false },
  ],
  [
    { type: 'CouldNotClearWorkerDir', err: '', path: undefined },
    { cause: 'could-not-clear-worker-dir', artifactAtFault: false },
  ],
  [
    { type: 'Kernel', value: '' },
    { cause: 'kernel', artifactAtFault: false },
  ],
  [
    { type: 'NonDeterministicPrepareError', value: { type: 'TimedOut' } },
    { cause: 'non-deterministic-preparation', artifactAtFault: false },
  ],
];

it.each(FROM_JOBS)('%o', (answer, verdict) => {
  expect(classify(answer)).toMatchObject(verdict);
});

it.each(FAULTS)('fault %o', (error, verdict) => {
  expect(classify({ type: 'host-fault', error })).toMatchObject({ type: 'internal', ...verdict });
  expect(
    classify({ type: 'worker-error', error: { type: 'InternalError', value: error }, wallTimeMs: 1 }),
  ).toMatchObject({
    type: 'internal',
    ...verdict,
  });
});

it('a missing artifact is our fault, and the artifact is not used again', () => {
  expect(classify({ type: 'artifact-missing' })).toMatchObject({ type: 'internal', artifactAtFault: true });
});

describe('a time-out', () => {
  const times = { wallTimeMs: 48_000.4, cpuLimitMs: 12_000, wallLimitMs: 48_000 };
  const wall = (cpuTimeMs: number | undefined) =>
    classify({ type: 'wall-timeout', wallTimeMs: 48_000, times: { ...times, cpuTimeMs } });

  it.each([
    [0, true],
    [5_999, true],
    [6_000, undefined],
    [11_999, undefined],
    // Where nobody can tell, it counts.
    [undefined, undefined],
  ])('of a job that the machine let have %s ms of 12,000', (cpuTimeMs, starved) => {
    expect(wall(cpuTimeMs)).toMatchObject({ type: 'invalid', rule: 'wall-timeout' });
    expect((wall(cpuTimeMs) as { starved?: true }).starved).toBe(starved);
  });

  it('tells both clocks and both limits', () => {
    const rest = 'wall time 48000 ms (limit 48000 ms)';
    expect(wall(5_000)).toMatchObject({
      message: expect.stringContaining(`CPU time 5000 ms (limit 12000 ms), ${rest}`),
    });
    expect(wall(undefined)).toMatchObject({ message: expect.stringContaining('CPU time not known') });
    const error = { type: 'JobTimedOut' } as const;
    expect(
      classify({ type: 'worker-error', error, wallTimeMs: 1, times: { ...times, cpuTimeMs: 'used-up' } }),
    ).toMatchObject({
      message: expect.stringContaining(`CPU time at least 12000 ms (limit 12000 ms), ${rest}`),
    });
    expect(describePrepareError({ type: 'TimedOut' }, { ...times, cpuTimeMs: 7 })).toContain('CPU time 7 ms');
  });
});

describe('the two rules that protect the vote', () => {
  it('nothing that a job brings about becomes internal', () => {
    for (const [answer] of FROM_JOBS) expect(classify(answer).type).not.toBe('internal');
  });

  it('no fault of this machine becomes invalid', () => {
    for (const [error] of FAULTS) expect(classify({ type: 'host-fault', error }).type).toBe('internal');
  });
});
