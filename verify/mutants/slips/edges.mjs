import { slip } from '../slip.mjs';

// One off, one left out, one the wrong way round: in codecs, answers, queues, limits and filters.
const scale = (file) => `packages/protocol/src/scale/${file}`;
const host = (path) => `packages/host/src/${path}`;
const suite = (owner, ...files) => [[owner, ...files.map((file) => `test/${file}`)]];
const codec = suite('protocol', 'golden', 'hostile-input', 'codecs.property', 'ranges');
const executeReport = suite('execute-worker', 'job-report');
const prepareReport = suite('prepare-worker', 'job-report');
const verdict = suite('host', 'verdict');
const affinity = suite('host', 'execute/affinity');
const shares = suite('host', 'execute/shares');
const limits = suite('worker', 'limits');
const filters = suite('worker', 'filters');

const codecs = [
  slip(
    'a boolean may be any byte',
    scale('primitives.ts'),
    'if (byte > 1) throw',
    'if (byte > 255) throw',
    codec,
  ),
  slip('u32 may be 2³²', scale('primitives.ts'), "0xffff_ffff, 'u32'", "0x1_0000_0000, 'u32'", codec),
  slip(
    'i32 may be below its range',
    scale('primitives.ts'),
    '-(2 ** 31), 2 ** 31 - 1',
    '-(2 ** 32), 2 ** 31 - 1',
    codec,
  ),
  slip(
    'i64 may be above its range',
    scale('primitives.ts'),
    '-(2n ** 63n), 2n ** 63n - 1n',
    '-(2n ** 63n), 2n ** 64n - 1n',
    codec,
  ),
  slip(
    'a hash may be longer',
    scale('primitives.ts'),
    'value.byteLength !== size',
    'value.byteLength < size',
    codec,
  ),
  slip(
    'bytes may be one more than their bound',
    scale('primitives.ts'),
    'if (count > max) {',
    'if (count > max + 1) {',
    codec,
  ),
  slip(
    'a last byte is no extension',
    scale('composites.ts'),
    'remaining(cursor) === 0 ?',
    'remaining(cursor) <= 1 ?',
    codec,
  ),
];

const answers = [
  slip(
    'a job that took too much memory has timed out',
    'packages/execute-worker/src/job-report.ts',
    "    case 'signaled':\n    case 'memory-limit':\n",
    "    case 'memory-limit':\n      return { result: { ok: false, error: { type: 'JobTimedOut' } }, job: undefined };\n    case 'signaled':\n",
    executeReport,
  ),
  slip(
    'the size of a PoV is read from its other end',
    'packages/execute-worker/src/job-report.ts',
    'view.getUint32(behind, true)',
    'view.getUint32(behind, false)',
    executeReport,
  ),
  slip(
    'what a job says need not be UTF-8',
    'packages/execute-worker/src/job-report.ts',
    'said.value instanceof Uint8Array && !isUtf8(said.value)',
    'said.value instanceof Uint8Array && said.value.length > 1e9',
    executeReport,
  ),
  slip(
    'names of functions need not be UTF-8',
    'packages/execute-worker/src/job-report.ts',
    '...detail.backtrace.map(({ name }) => name)',
    '...[]',
    executeReport,
  ),
  slip(
    'the panic of a guest need not be UTF-8',
    'packages/execute-worker/src/job-report.ts',
    'const texts = [detail.panic, ',
    'const texts = [',
    executeReport,
  ),
  slip(
    'what a preparation says need not be UTF-8',
    'packages/prepare-worker/src/job-report.ts',
    '!result.ok && !isUtf8(result.error.value)',
    '!result.ok && result.error.value.length > 1e9',
    prepareReport,
  ),
  slip(
    'a preparation that wrote too much ran out of memory',
    'packages/prepare-worker/src/job-report.ts',
    "    case 'memory-limit':\n",
    "    case 'memory-limit':\n    case 'output-limit':\n",
    prepareReport,
  ),
];

const verdicts = [
  slip(
    'a job that got three quarters of its time was starved',
    host('verdict/classify.ts'),
    'times.cpuTimeMs * 2 < times.cpuLimitMs',
    'times.cpuTimeMs < times.cpuLimitMs',
    verdict,
  ),
  slip(
    'an artifact that cannot be opened is kept',
    host('verdict/classify.ts'),
    "{ ...internal('could-not-open-file', error.value), artifactAtFault: true }",
    "internal('could-not-open-file', error.value)",
    verdict,
  ),
  slip(
    'an artifact that is gone is kept',
    host('verdict/classify.ts'),
    'artifactAtFault: true,\n      };\n    default:\n      return answer',
    'artifactAtFault: false,\n      };\n    default:\n      return answer',
    verdict,
  ),
  slip(
    'an artifact whose checksum differs is kept',
    host('verdict/classify.ts'),
    "{ ...possibly('corrupted-artifact', 'its checksum differs'), artifactAtFault: true }",
    "possibly('corrupted-artifact', 'its checksum differs')",
    verdict,
  ),
  slip(
    'a job that reports an error has died',
    host('verdict/classify.ts'),
    "possibly('job-error',",
    "possibly('job-died',",
    verdict,
  ),
  slip(
    'a host that was a little late stood still',
    host('worker/wall-time.ts'),
    'const MAX_LATE_MS = 250;',
    'const MAX_LATE_MS = 25;',
    suite('host', 'worker/wall-time'),
  ),
];

const queues = [
  slip(
    'copies may take all memory for loaded PVFs',
    host('execute/affinity.ts'),
    'const SHARE_FOR_COPIES = 0.5;',
    'const SHARE_FOR_COPIES = 1;',
    affinity,
  ),
  slip(
    'the worker with least room is chosen',
    host('execute/affinity.ts'),
    'this.#heldBytes(a) - this.#heldBytes(b)',
    'this.#heldBytes(b) - this.#heldBytes(a)',
    affinity,
  ),
  slip(
    'a job waits for a worker that will be free too late',
    host('execute/affinity.ts'),
    'if (soonest < left)',
    'if (Number.isFinite(soonest))',
    affinity,
  ),
  slip(
    'only the last run of an artifact is remembered',
    host('execute/affinity.ts'),
    'known + NEW_SHARE * (took - known)',
    'took',
    affinity,
  ),
  slip(
    'what a worker had loaded outlives it',
    host('execute/affinity.ts'),
    'this.#workers.delete(worker);',
    '',
    affinity,
  ),
  slip(
    'a share may be used up and one more',
    host('execute/shares.ts'),
    '>= SHARE_PERCENT[kind]',
    '> SHARE_PERCENT[kind]',
    shares,
  ),
  slip(
    'who has given up before gets a place',
    host('intake.ts'),
    'if (signal.aborted) return Promise.reject(signal.reason);',
    '',
    suite('host', 'intake'),
  ),
];

const needs = 'packages/worker/src/worker/limits.ts';
const limitsOfWorkers = [
  slip('64 descriptors are enough', needs, 'atLeast: 128, unit', 'atLeast: 64, unit', limits),
  slip(
    'an hour of CPU time is enough',
    needs,
    'atLeast: Number.POSITIVE_INFINITY,',
    'atLeast: 3600,',
    limits,
  ),
  slip('64 GiB of address space are enough', needs, 'atLeast: 128 * GIB', 'atLeast: 64 * GIB', limits),
  slip('files of 1 GiB are enough', needs, 'atLeast: 2 * GIB', 'atLeast: 1 * GIB', limits),
  slip('a limit that is just enough is too low', needs, 'soft >= atLeast', 'soft > atLeast', limits),
];

const systemCalls = [
  slip(
    'jobs may have their pages merged with those of others',
    'packages/worker/src/filters/syscalls.ts',
    '  HUGEPAGE: 14,',
    '  MERGEABLE: 12,\n  HUGEPAGE: 14,',
    filters,
  ),
  slip(
    'jobs may ask for their parent',
    'packages/worker/src/filters/syscalls.ts',
    "  'getpid',\n  'gettid',\n  'rt_sigprocmask',",
    "  'getpid',\n  'getppid',\n  'gettid',\n  'rt_sigprocmask',",
    filters,
  ),
  slip(
    'of several rules for a call the last one holds',
    'packages/linux/src/seccomp/compile.ts',
    'existing[kind].push({',
    'existing[kind].splice(0, existing[kind].length, {',
    suite('linux', 'seccomp-program'),
  ),
];

export const slips = [...codecs, ...answers, ...verdicts, ...queues, ...limitsOfWorkers, ...systemCalls];
