import { slip } from '../slip.mjs';

const prepareSrc = (path) => `packages/prepare-worker/src/${path}`;
const executeSrc = (path) => `packages/execute-worker/src/${path}`;
const prepare = (...args) => [['prepare-worker', ...args]];
const execute = (...args) => [['execute-worker', ...args]];
const report = execute('test/job-report');
const prepareReport = prepare('test/job-report');
/** These suites run the worker programs as they are built. */
const EXECUTE = { builds: ['execute-worker'] };
const PREPARE = { builds: ['prepare-worker'] };
const CI = { sample: true };

export const slips = [
  slip(
    'a preparation job that claims an error of the machine is believed',
    'packages/protocol/src/types/unread.ts',
    '  CouldNotDecompressCodeBlob: [12, { value: bytes }],\n});',
    '  CouldNotDecompressCodeBlob: [12, { value: bytes }],\n  Kernel: [11, { value: bytes }],\n});',
    prepareReport,
    { builds: ['protocol'] },
  ),
  slip(
    'a failed job that wrote an artifact has prepared it',
    prepareSrc('job-report.ts'),
    'if (end.status !== 0) {',
    'if (end.status > 1) {',
    prepareReport,
  ),
  slip(
    'a job may answer in any bytes',
    prepareSrc('job-report.ts'),
    "if (!result.ok && !isUtf8(result.error.value)) throw new Error('the text is not UTF-8');",
    '',
    prepareReport,
  ),
  slip(
    'a job that ran out of memory has timed out',
    prepareSrc('job-report.ts'),
    "    case 'memory-limit':\n      return failed({ type: 'OutOfMemory' });",
    "    case 'memory-limit':\n      return failed({ type: 'TimedOut' });",
    prepareReport,
  ),
  slip(
    'a preparation has no limit of memory',
    prepareSrc('worker.ts'),
    'const memoryLimit = precheckingMaxMemory(executorParams);',
    'const memoryLimit = precheckingMaxMemory([]);',
    prepare('test/limits'),
    PREPARE,
  ),
  slip(
    'a preparation prechecks never',
    prepareSrc('job/prepare.ts'),
    "precheck: request.prepKind === 'Prechecking',",
    'precheck: false,',
    prepare('test/code'),
    PREPARE,
  ),
  slip(
    'code may be any size',
    prepareSrc('job/prepare.ts'),
    'bombLimit: request.validationCodeBombLimit,',
    'bombLimit: 2 ** 31,',
    prepare('test/code'),
    PREPARE,
  ),
  slip(
    'the stages of preparation are mixed up',
    prepareSrc('job/prepare.ts'),
    "prevalidate: 'Prevalidation',\n  prepare: 'Preparation',",
    "prevalidate: 'Preparation',\n  prepare: 'Prevalidation',",
    prepare('test/code'),
    PREPARE,
  ),

  slip(
    'a job that answers and fails has answered',
    executeSrc('job-report.ts'),
    'if (status !== 0) {',
    'if (status > 1) {',
    report,
  ),
  slip(
    'anything may stand behind what a job tells',
    executeSrc('job-report.ts'),
    'UnreadJobDetail.decodeExact(bytes)',
    'UnreadJobDetail.decode(bytes)',
    report,
  ),
  slip(
    'an error may be followed by anything',
    executeSrc('job-report.ts'),
    'if (value.ok ? rest < POV_SIZE_BYTES : rest !== 0)',
    'if (value.ok && rest < POV_SIZE_BYTES)',
    report,
    CI,
  ),
  slip(
    'a bad PoV costs the time of its job',
    executeSrc('job-report.ts'),
    "=== 'PoVDecompressionFailure' ? 0 :",
    "=== 'PoVDecompressionFailure' ? report.cpuTimeNs :",
    report,
  ),
  slip(
    'a job that claims to have timed out has failed',
    executeSrc('job-report.ts'),
    "return result.error.type === 'TimedOut'",
    "return result.error.type === 'Panic'",
    report,
  ),
  slip(
    'an artifact that was verified counts for another checksum',
    executeSrc('artifact-file.ts'),
    'return equal(known.checksum, checksum) ? new ArtifactFile(known.fd, size) : undefined;',
    'return new ArtifactFile(known.fd, size);',
    execute('test/artifact-file'),
  ),
  slip(
    'an artifact is not looked at again when its content has changed',
    executeSrc('artifact-file.ts'),
    'if (known.size === size && known.mtimeNs === mtimeNs) {',
    'if (known.size >= 0) {',
    execute('test/artifact-file'),
  ),
  slip(
    'an artifact with another checksum is run',
    executeSrc('artifact-file.ts'),
    'if (!equal(artifactChecksum(file.bytes()), checksum)) {',
    'if (file.size < 0) {',
    execute('test/artifact-file'),
  ),
  slip(
    'a result that cannot be decoded is a failure of the job',
    executeSrc('job/execute.ts'),
    '    if (!(error instanceof ProtocolError)) throw error;\n',
    '    if (error instanceof ProtocolError) throw error;\n',
    execute('test/guests', 'test/wire', 'test/artifact'),
    EXECUTE,
  ),
  slip(
    'no job waits for the next candidate',
    executeSrc('templates.ts'),
    '      this.#latest = key;\n',
    '',
    execute('test/processes', '-t', 'waits for a candidate'),
    EXECUTE,
  ),
];
