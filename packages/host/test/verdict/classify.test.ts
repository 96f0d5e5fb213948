import { durationFromMs, type InternalValidationError, type JobError, type JobResponse } from '@pvf/protocol';
import { describe, expect, it } from 'vitest';
import type { ExecuteAnswer } from '../../src/execute/work.ts';
import { classify } from '../../src/verdict/index.ts';

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

describe('the two rules that protect the vote', () => {
  it('nothing that a job brings about becomes internal', () => {
    for (const [answer] of FROM_JOBS) expect(classify(answer).type).not.toBe('internal');
  });

  it('no fault of this machine becomes invalid', () => {
    for (const [error] of FAULTS) expect(classify({ type: 'host-fault', error }).type).toBe('internal');
  });
});
