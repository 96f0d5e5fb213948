import {
  ExecuteWorkerResult,
  type JobError,
  type JobResponse,
  JobResult,
  MAX_UPWARD_MESSAGES,
  type PrepareError,
  PrepareJobResult,
  PrepareWorkerResult,
  UnreadGuestLog,
  type ValidationResult,
} from '@pvf/protocol';
import { writeAll } from '@pvf/sandbox-linux';
import { writeFrame } from '../../src/index.ts';
import { type Conduct, DIED, MUTE, TIMED_OUT } from './conduct.ts';
import { CRASH, SPIN } from './native-code.ts';

const zero = { secs: 0n, nanos: 0 };
const resultDescriptor: ValidationResult = {
  headData: Uint8Array.of(1),
  newValidationCode: undefined,
  upwardMessages: [],
  horizontalMessages: [],
  processedDownwardMessages: 0,
  hrmpWatermark: 0,
};
const povSize = new Uint8Array(4);
const MANY_MESSAGES = Array.from({ length: MAX_UPWARD_MESSAGES }, () => new Uint8Array(0));
const success = (): Uint8Array[] => [
  JobResult.encode({ ok: true, value: { type: 'Ok', resultDescriptor } }),
  povSize,
];
const memoryStats = { memoryTrackerStats: undefined, maxRss: undefined, peakTrackedAlloc: 0n };
const prepared = PrepareJobResult.encode({
  ok: true,
  value: { artifact: Uint8Array.of(1), memoryStats, observedWasmCodeLen: 1 },
});

function says(parts: readonly Uint8Array[], status = 0): Conduct['conduct'] {
  return ({ writeFd }) => {
    writeFrame(writeFd, parts);
    return status;
  };
}

const response = (name: string, value: JobResponse, verdict: string): Conduct => ({
  name: `claims ${name}`,
  conduct: says([JobResult.encode({ ok: true, value }), povSize]),
  verdict,
  preparation: 'JobError',
});

/** @param preparation what a prepare worker takes the same bytes for */
const jobError = (value: JobError, preparation = 'JobError'): Conduct => ({
  name: `claims the execute job's error ${value.type}`,
  conduct: says([JobResult.encode({ ok: false, error: value })], 1),
  verdict: value.type === 'TimedOut' ? 'invalid cpu-timeout' : 'possibly-invalid job-error',
  preparation,
});

/** Whose bytes an execute worker can take for a job's error; the others it cannot read. */
const LOOKS_LIKE_JOB_ERROR: readonly PrepareError['type'][] = [
  'Preparation',
  'RuntimeConstruction',
  'JobError',
];

/** Errors that a prepare job finds itself; whatever else it claims is not its to say. */
const prepareError = (error: PrepareError, preparation: PrepareError['type']): Conduct => ({
  name: `claims the preparation error ${error.type}`,
  conduct: says([PrepareJobResult.encode({ ok: false, error })], 1),
  verdict: `possibly-invalid ${LOOKS_LIKE_JOB_ERROR.includes(error.type) ? 'job-error' : 'job-died'}`,
  preparation,
});

function header(length: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  return bytes;
}

const raw = (name: string, bytes: Uint8Array, status = 0): Conduct => ({
  name,
  conduct: ({ writeFd }) => {
    writeAll(writeFd, bytes);
    return status;
  },
  ...MUTE,
});

/** As an execute job passes on what its guest logs; a prepare worker knows nothing of the kind. */
const LEFT_OUT = 0xffff_ffff;
const logFrame = (log: UnreadGuestLog): Uint8Array => {
  const payload = UnreadGuestLog.encode(log);
  return Buffer.concat([header((1n << 63n) | BigInt(payload.length)), payload]);
};
const leftOut = logFrame({ type: 'LeftOut', count: LEFT_OUT });
const frame = (parts: readonly Uint8Array[]): Uint8Array => {
  const payload = Buffer.concat(parts);
  return Buffer.concat([header(BigInt(payload.length)), payload]);
};
/** What an answer is made of, one byte with each call. */
const byteByByte =
  (bytes: Uint8Array): Conduct['conduct'] =>
  ({ writeFd }) => {
    for (const byte of bytes) writeAll(writeFd, Uint8Array.of(byte));
    return 0;
  };

/** What a job can tell its worker, and how it can end with it. */
export const SAYINGS: readonly Conduct[] = [
  { name: 'claims success', conduct: says(success()), verdict: 'valid', preparation: 'JobError' },
  {
    name: 'claims to have prepared an artifact',
    conduct: says([prepared]),
    verdict: 'possibly-invalid job-died',
    preparation: 'success',
  },
  {
    name: 'claims success and ends with status 3',
    conduct: says(success(), 3),
    verdict: 'possibly-invalid job-error',
    preparation: 'JobError',
  },
  {
    name: 'claims an artifact and ends with status 3',
    conduct: says([prepared], 3),
    verdict: 'possibly-invalid job-died',
    preparation: 'JobError',
  },
  {
    name: 'claims success and crashes',
    conduct: (target) => {
      writeFrame(target.writeFd, success());
      return target.run(CRASH);
    },
    ...DIED,
  },
  {
    name: 'claims success and loops for ever',
    conduct: (target) => {
      writeFrame(target.writeFd, success());
      return target.run(SPIN);
    },
    ...TIMED_OUT,
  },
  {
    name: 'gives two answers',
    conduct: ({ writeFd }) => {
      writeFrame(writeFd, success());
      writeFrame(writeFd, success());
      return 0;
    },
    ...MUTE,
  },
  { name: 'says something behind its answer', conduct: says([...success(), povSize]), ...MUTE },
  { name: 'says nothing', conduct: () => 0, ...MUTE },
  raw('says half a header', new Uint8Array(4)),
  raw('announces more than it says', header(100n)),
  raw('announces 2^63 bytes', header(1n << 63n)),
  raw('announces nothing', header(0n)),
  raw('says zeroes', new Uint8Array(64)),
  raw('says once more that it begins', Buffer.concat([Uint8Array.of(1), frame(success())])),
  raw(
    'takes its beginning back',
    Buffer.concat([Uint8Array.of(0), Buffer.from('no memory'), frame(success())]),
  ),
  raw('announces a line of the guest of 2^62 bytes', header((1n << 63n) | (1n << 62n))),
  raw('says something of the guest for ever', Buffer.concat(Array.from({ length: 1_000 }, () => leftOut))),
  raw('says something of the guest behind its answer', Buffer.concat([frame(success()), leftOut])),
  raw(
    'claims a text that is none',
    frame([
      JobResult.encode({ ok: true, value: { type: 'InvalidCandidate', value: '?' } }).fill(0xff, 3),
      povSize,
    ]),
  ),
  {
    name: 'has left out four billion lines of the guest',
    conduct: ({ writeFd }) => {
      writeAll(writeFd, Buffer.concat([leftOut, frame(success())]));
      return 0;
    },
    verdict: 'valid',
    preparation: 'JobError',
  },
  {
    name: 'claims success byte by byte',
    conduct: byteByByte(frame(success())),
    verdict: 'valid',
    preparation: 'JobError',
  },
  {
    name: 'sends as many messages as there may be',
    conduct: says([
      JobResult.encode({
        ok: true,
        value: { type: 'Ok', resultDescriptor: { ...resultDescriptor, upwardMessages: MANY_MESSAGES } },
      }),
      povSize,
    ]),
    verdict: 'valid',
    preparation: 'JobError',
  },
  raw('says ones', new Uint8Array(64).fill(0xff), 1),
  response('a refusal by the PVF', { type: 'InvalidCandidate', value: 'x' }, 'invalid refused-by-pvf'),
  response('a broken PoV', { type: 'PoVDecompressionFailure' }, 'invalid pov-decompression'),
  response(
    'a useless artifact',
    { type: 'RuntimeConstruction', value: 'x' },
    'possibly-invalid runtime-construction',
  ),
  response('a corrupted artifact', { type: 'CorruptedArtifact' }, 'possibly-invalid corrupted-artifact'),
  jobError({ type: 'TimedOut' }),
  jobError({ type: 'Panic', value: 'x' }, 'Preparation'),
  jobError({ type: 'Kernel', value: 'out of memory' }, 'RuntimeConstruction'),
  jobError({ type: 'CouldNotSpawnThread', value: 'EAGAIN' }),
  jobError({ type: 'CpuTimeMonitorThread', value: 'x' }),
  jobError({ type: 'UnexpectedExitStatus', value: 1 }),
  {
    name: "claims an internal error in the worker's words",
    conduct: says([
      ExecuteWorkerResult.encode({
        ok: false,
        error: { type: 'InternalError', value: { type: 'Kernel', value: 'x' } },
      }),
    ]),
    verdict: 'possibly-invalid job-died',
    preparation: 'JobError',
  },
  {
    name: "claims success in the worker's words",
    conduct: says([
      ExecuteWorkerResult.encode({
        ok: true,
        value: { jobResponse: { type: 'Ok', resultDescriptor }, duration: zero, povSize: 0 },
      }),
    ]),
    verdict: 'possibly-invalid job-died',
    preparation: 'JobError',
  },
  {
    name: "claims a preparation in the worker's words",
    conduct: says([PrepareWorkerResult.encode({ ok: false, error: { type: 'ClearWorkerDir', value: 'x' } })]),
    verdict: 'possibly-invalid job-died',
    preparation: 'JobError',
  },
  prepareError({ type: 'Prevalidation', value: 'x' }, 'Prevalidation'),
  prepareError({ type: 'Preparation', value: 'x' }, 'Preparation'),
  prepareError({ type: 'RuntimeConstruction', value: 'x' }, 'RuntimeConstruction'),
  prepareError({ type: 'CouldNotDecompressCodeBlob', value: 'x' }, 'CouldNotDecompressCodeBlob'),
  prepareError({ type: 'JobError', value: 'x' }, 'JobError'),
  prepareError({ type: 'TimedOut' }, 'JobError'),
  prepareError({ type: 'OutOfMemory' }, 'JobError'),
  prepareError({ type: 'IoErr', value: 'x' }, 'JobError'),
  prepareError({ type: 'CreateTmpFile', value: 'x' }, 'JobError'),
  prepareError({ type: 'RenameTmpFile', err: 'x', src: undefined, dest: undefined }, 'JobError'),
  prepareError({ type: 'ClearWorkerDir', value: 'x' }, 'JobError'),
  prepareError({ type: 'JobDied', err: 'x', jobPid: 1 }, 'JobError'),
  prepareError({ type: 'Kernel', value: 'x' }, 'JobError'),
];
