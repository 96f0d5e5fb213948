import {
  ExecuteWorkerResult,
  type JobError,
  type JobResponse,
  JobResult,
  type PrepareError,
  PrepareJobResult,
  PrepareWorkerResult,
  type ValidationResult,
} from '@pvf/protocol';
import { writeAll } from '@pvf/sandbox-linux';
import { writeFrame } from '../../src/index.ts';
import type { Target } from './attempt.ts';
import { call, MAP_PRIVATE_ANONYMOUS, memory, PROT_READ, PROT_WRITE } from './native.ts';
import { CRASH, SPIN } from './native-code.ts';

/** A way for a taken-over job to behave towards its worker. */
export interface Conduct {
  readonly name: string;
  /** Runs in the job; its result is the exit status. */
  readonly conduct: (target: Target) => number;
  /** The host's verdict when an execute job does so: type, and rule or cause; alternatives between `|`. */
  readonly verdict: string;
  /** What the host is told when a prepare job does so: a PrepareError, or success; alternatives between `|`. */
  readonly preparation: string;
}

const DIED = { verdict: 'possibly-invalid job-died', preparation: 'JobDied' } as const;
/** Ended by itself without an answer that can be read. */
const MUTE = { verdict: 'possibly-invalid job-died', preparation: 'JobError' } as const;
const TIMED_OUT = { verdict: 'invalid cpu-timeout', preparation: 'TimedOut' } as const;
/** The kernel refuses more memory; on a slow machine the time is up before. */
const BOMB = {
  verdict: 'possibly-invalid job-died|invalid cpu-timeout',
  preparation: 'JobError|TimedOut',
} as const;
const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const MAP_NORESERVE = 0x4000;
const FUTEX_WAIT_PRIVATE = 128;
const CLONE_THREAD = 0x1_0f00;

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

/** Fills memory until the kernel refuses, in chunks, with a system call per touch; then ends. */
function fillMemory(protection: number, chunk: number, stride: number): number {
  for (;;) {
    const address = call('mmap', 0, chunk, protection, MAP_PRIVATE_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (address < 0) return 3;
    for (let at = address; at < address + chunk; at += stride) {
      if (protection === PROT_READ) call('futex', at, FUTEX_WAIT_PRIVATE, 1, 0, 0, 0);
      else call('clock_gettime', 1, at);
    }
  }
}

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

export const CONDUCTS: readonly Conduct[] = [
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
  {
    name: 'writes to its pipe without end',
    conduct: ({ writeFd }) => {
      const bytes = new Uint8Array(65_536);
      for (;;) writeAll(writeFd, bytes);
    },
    ...DIED,
  },
  {
    name: 'writes byte after byte without end',
    conduct: ({ writeFd }) => {
      const bytes = new Uint8Array(1);
      for (;;) writeAll(writeFd, bytes);
    },
    verdict: 'possibly-invalid job-died|invalid cpu-timeout',
    preparation: 'JobDied|TimedOut',
  },
  { name: 'loops for ever', conduct: ({ run }) => run(SPIN), ...TIMED_OUT },
  { name: 'crashes', conduct: ({ run }) => run(CRASH), ...DIED },
  { name: 'ends as if out of memory', conduct: () => 137, ...MUTE },
  { name: 'kills itself as if out of memory', conduct: () => call('kill', 0, 9), ...DIED },
  { name: 'stops itself', conduct: () => call('kill', call('getpid'), 19), ...DIED },
  {
    name: 'closes its pipe and goes on',
    conduct: ({ writeFd, run }) => call('dup2', 0, writeFd) + run(SPIN),
    ...DIED,
  },
  {
    name: 'loops in short-lived threads',
    conduct: () => call('clone', CLONE_THREAD, 0, 0, 0, 0),
    ...DIED,
  },
  { name: 'sleeps', conduct: () => call('nanosleep', 0, 0), ...DIED },
  { name: 'fills memory', conduct: () => fillMemory(PROT_READ | PROT_WRITE, 16 * MIB, 4096), ...BOMB },
  { name: 'fills page tables', conduct: () => fillMemory(PROT_READ, 2 * GIB, 2 * MIB), ...BOMB },
];

/** Ends only when its worker is ended: neither uses time nor answers. */
export const SLEEPERS: readonly Conduct[] = [
  {
    name: 'waits for ever',
    conduct: () => {
      for (;;) call('futex', memory(8), FUTEX_WAIT_PRIVATE, 0, 0, 0, 0);
    },
    verdict: 'invalid wall-timeout',
    preparation: 'TimedOut',
  },
];
