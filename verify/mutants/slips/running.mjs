import { slip } from '../slip.mjs';

// A host's life: its options, its trial, programs that change, heads-ups, what onlookers are told, files, its end.
const src = (path) => `packages/host/src/${path}`;
const suites = (...files) => [['host', ...files.map((file) => `test/${file}`)]];
const options = suites('host/options');
const start = suites('security');
const workers = suites('worker/programs');
const events = suites('host-events', 'host/events');
const stopping = suites('host/disturbed', 'host/stopping', 'host/pruning');
const artifacts = suites('artifacts/artifacts.test');
const store = suites('store', 'threads');
const retries = suites('host/retries', 'request');
const prepareSrc = (path) => `packages/prepare-worker/src/${path}`;
const executeSrc = (path) => `packages/execute-worker/src/${path}`;
const PREPARE = { builds: ['prepare-worker'] };
const EXECUTE = { builds: ['execute-worker'] };
const prepare = (...files) => [['prepare-worker', ...files.map((file) => `test/${file}`)]];
const execute = (...files) => [['execute-worker', ...files.map((file) => `test/${file}`)]];

const defaults = [
  slip(
    'four execute workers by default',
    src('host/options.ts'),
    'executeWorkers ?? 2',
    'executeWorkers ?? 4',
    options,
  ),
  slip(
    '65 may wait of each kind',
    src('host/options.ts'),
    'maxPendingPerKind ?? 64',
    'maxPendingPerKind ?? 65',
    options,
  ),
  slip(
    'a pause of a tenth of a second',
    src('host/options.ts'),
    'retryPauseMs ?? 1_000',
    'retryPauseMs ?? 100',
    options,
  ),
  slip('a worker serves ten times fewer jobs', src('host/options.ts'), '?? 10_000', '?? 1_000', options),
  slip(
    'the hard limit of prepare workers is the soft one',
    src('host/options.ts'),
    'Math.max(2, prepareWorkersSoft)',
    'prepareWorkersSoft',
    options,
  ),
  slip(
    'templates may have an eighth of any memory',
    src('host/options.ts'),
    'Math.min(MOST_TEMPLATE_BYTES, Math.floor(memory * TEMPLATE_SHARE_OF_MEMORY))',
    'Math.floor(memory * TEMPLATE_SHARE_OF_MEMORY)',
    options,
  ),
  slip(
    'the memory that this process is held to does not count for templates',
    src('host/options.ts'),
    'allowed > 0 ? Math.min(allowed, totalmem()) : totalmem()',
    'totalmem()',
    options,
  ),
];

const trial = [
  slip(
    "the trial's artifact stays where it was put",
    src('security/trial.ts'),
    '      await rm(artifactPath, { force: true });\n',
    '',
    start,
  ),
  slip(
    "the trial's preparation is no precheck",
    src('security/trial.ts'),
    "'Prechecking'",
    "'Compilation'",
    start,
  ),
  slip(
    "the trial's artifact goes to the cache",
    src('security/trial.ts'),
    "destination: { type: 'file', path: artifactPath }",
    "destination: { type: 'cache', identity: { codeHash: '00', prepHash: '00', engine: '00' } }",
    start,
  ),
  slip(
    'any answer passes the trial',
    src('security/trial.ts'),
    'if (hrmpWatermark !== WATERMARK)',
    'if (hrmpWatermark === undefined)',
    start,
  ),
  slip(
    'a trial that the PVF refused has passed',
    src('security/trial.ts'),
    "  if (verdict.type !== 'valid') throw failed(step, verdict.message);\n",
    "  if (verdict.type === 'internal') throw failed(step, verdict.message);\n  if (verdict.type !== 'valid') return;\n",
    start,
  ),
  slip(
    'the execution of a trial that has failed stays in the queue',
    src('security/trial.ts'),
    "      execute.handle({ type: 'cancel', job: EXECUTION });\n",
    '',
    start,
  ),
  slip(
    'a trial waits for ever for a prepare worker that does not start',
    src('security/trial.ts'),
    "    if (message.type === 'failed')\n      this.#prepared.reject(",
    "    if (message.type === 'failed' && message.reason.type === 'replaced')\n      this.#prepared.reject(",
    start,
  ),
];

const programs = [
  slip(
    'a program that is missing counts as replaced',
    src('worker/programs.ts'),
    'if (!isReplaced(known) || isMissing(known)) return undefined;',
    'if (!isReplaced(known)) return undefined;',
    workers,
  ),
  slip(
    'a host that has stopped starts workers again once the old program is back',
    src('worker/programs.ts'),
    'this.#stopReason ??= await this.#compare(kind);',
    'this.#stopReason = await this.#compare(kind);',
    workers,
  ),
  slip(
    'a program that was replaced by itself is asked each time',
    src('worker/programs.ts'),
    '      this.#programs[kind] = found;\n',
    '',
    workers,
  ),
  slip(
    'another version under the same engine is taken',
    src('worker/programs.ts'),
    'await probeProgram(kind, known.path, this.#expected)',
    'await probeProgram(kind, known.path, { ...this.#expected, version: undefined })',
    workers,
  ),
];

const headsUps = [
  slip(
    'a heads-up keeps its place',
    src('host/pvf-host.ts'),
    '        task.finally(() => intake.leave());\n',
    '',
    stopping,
  ),
  slip(
    'a heads-up whose code cannot be taken in keeps its place',
    src('host/pvf-host.ts'),
    '      } catch (error) {\n        intake.leave();\n        throw error;',
    '      } catch (error) {\n        throw error;',
    stopping,
  ),
  slip(
    'heads-ups do not wait for room',
    src('host/pvf-host.ts'),
    "      'heads-up': intake(),",
    "      'heads-up': new Intake(100_000),",
    stopping,
  ),
  slip(
    "a heads-up's preparation is urgent",
    src('host/pvf-host.ts'),
    "purpose: 'heads-up', priority: 'normal'",
    "purpose: 'heads-up', priority: 'critical'",
    suites('request/sent'),
  ),
];

const endings = [
  slip(
    'preparations that nobody waits for outlive the host',
    src('host/pvf-host.ts'),
    '    services.artifacts.cancelAll();\n',
    '',
    stopping,
  ),
  slip(
    'a host ends before its failed candidates are written',
    src('host/pvf-host.ts'),
    '    await this.#failed?.flush();\n',
    '',
    suites('failed-candidates'),
  ),
  slip('those who look on are told after the end', src('host/pvf-host.ts'), '    news.end();\n', '', events, {
    survives: 'all that could tell something has ended before; it is a belt',
  }),
  slip(
    'pruning goes on after the end',
    src('host/pvf-host.ts'),
    '    this.#pruneTimer?.cancel();\n',
    '',
    stopping,
  ),
  slip(
    'a preparation that is taken back is counted for ever',
    src('artifacts/artifacts.ts'),
    "    this.#options.metrics.prepareConcluded();\n    this.#options.queue.handle({ type: 'cancel', job: key });",
    "    this.#options.queue.handle({ type: 'cancel', job: key });",
    suites('artifacts', 'host/traces'),
  ),
  slip(
    'an execution that is taken back is counted for ever',
    src('request/executions.ts'),
    "        this.#finish(id);\n        this.#queue.handle({ type: 'cancel', job: id });",
    "        this.#running.delete(id);\n        this.#queue.handle({ type: 'cancel', job: id });",
    suites('worker/execute-pool', 'host/traces'),
  ),
];

const files = [
  slip(
    'a bad artifact is prepared again before it is removed',
    src('artifacts/artifacts.ts'),
    '    await this.#options.store.remove(artifact);',
    '    void this.#options.store.remove(artifact);',
    artifacts,
  ),
  slip(
    'pruning does not wait until a file is gone',
    src('artifacts/pruning.ts'),
    'await store.remove(artifact);',
    'void store.remove(artifact);',
    artifacts,
  ),
  slip(
    'pruning forgets what is in the making again',
    src('artifacts/pruning.ts'),
    "if (state?.type !== 'prepared' || state.artifact !== artifact) continue;",
    'if (state === undefined) continue;',
    artifacts,
  ),
  slip(
    'a removal is over before the file is gone',
    src('store/store.ts'),
    '    await rm(path, { force: true }).catch(() => {});',
    '    rm(path, { force: true }).catch(() => {});',
    store,
  ),
  slip(
    'the record of what an artifact was made from is not read when it is new',
    src('threads/tasks.ts'),
    "if (recordedBy === 'worker' && !hasArtifactRecord(",
    "if (recordedBy === 'host' && !hasArtifactRecord(",
    store,
  ),
  slip(
    'the record of what an artifact was made from is not read after a restart',
    src('threads/tasks.ts'),
    "return recordedBy === 'host' || hasArtifactRecord(content, recordOf(identity));",
    'return true;',
    store,
  ),
  slip(
    'of two files of one identity both stay',
    src('store/store.ts'),
    'file === undefined || found.has(key)) {',
    'file === undefined) {',
    store,
  ),
  slip(
    'a file that cannot be moved to its place stops the host from preparing',
    src('threads/tasks.ts'),
    "return failed({ type: 'RenameTmpFile', err: String(error), src: tmpPath, dest: path });",
    'throw error;',
    store,
  ),
  slip(
    'the first kept candidate makes room for none',
    src('failed-candidates/keeper.ts'),
    'files.length - index < this.#maxFiles',
    'files.length - index <= this.#maxFiles',
    suites('failed-candidates'),
  ),
  slip(
    'five failed candidates may wait for the disk',
    src('failed-candidates/keeper.ts'),
    'if (this.#waiting >= MOST_WAITING)',
    'if (this.#waiting > MOST_WAITING)',
    suites('failed-candidates'),
  ),
];

const onlookers = [
  slip(
    'those who look on get what the PVF returned',
    src('host-events.ts'),
    "  if (outcome.kind !== 'valid') return outcome;\n",
    "  if (outcome.kind !== 'cancelled') return outcome as ToldOutcome;\n  if (outcome.kind !== 'valid') return outcome;\n",
    events,
  ),
  slip(
    'those who look on get the host’s own objects',
    src('host-events.ts'),
    '...structuredClone(make())',
    '...make()',
    events,
  ),
  slip(
    'a listener is called in the middle of a step',
    src('host-events.ts'),
    '    queueMicrotask(() => {\n      for (const listener of [...(this.#listeners.get(type) ?? [])]) this.#call(listener, event as never);\n    });',
    '    for (const listener of [...(this.#listeners.get(type) ?? [])]) this.#call(listener, event as never);',
    events,
  ),
  slip(
    "a listener's rejection is nobody's",
    src('host-events.ts'),
    '      await call(event);',
    '      void call(event);',
    events,
  ),
  slip(
    'one listener takes back all of its type',
    src('host-events.ts'),
    'return () => void listeners.delete(listener);',
    'return () => void listeners.clear();',
    events,
  ),
  slip(
    'a worker that left its request was not reusable',
    src('worker/pool.ts'),
    "this.#end(worker, 'left-its-request', result.message);",
    "this.#end(worker, 'not-reusable', result.message);",
    suites('worker/pool.test'),
  ),
  slip(
    'a worker that ended had no jobs',
    src('worker/pool.ts'),
    'message, jobs: state.jobs }));',
    'message, jobs: 0 }));',
    events,
  ),
];

const doubts = [
  slip(
    'a doubt is tried again for ever',
    src('request/retries.ts'),
    '      if (doubt !== undefined) this.#used.add(doubt);'.trimStart(),
    '',
    retries,
  ),
  slip(
    'one doubt uses up the others',
    src('request/retries.ts'),
    'this.#used.has(doubt)',
    'this.#used.size > 0',
    retries,
  ),
  slip(
    'backing is tried again',
    src('request/retries.ts'),
    'if (!isBacking(this.#kind)) return true;',
    'if (this.#kind !== undefined) return true;',
    retries,
  ),
  slip(
    'backing ends with an artifact that was corrupted',
    src('request/retries.ts'),
    "return verdict.type === 'possibly-invalid' && verdict.cause === 'corrupted-artifact';",
    'return false;',
    retries,
  ),
  slip(
    'an artifact that cannot be constructed is tried again in backing',
    src('request/retries.ts'),
    "verdict.type === 'possibly-invalid' && verdict.cause === 'corrupted-artifact'",
    "'artifactAtFault' in verdict && verdict.artifactAtFault === true",
    retries,
  ),
  slip(
    'an artifact that is lost is an attempt',
    src('request/validate.ts'),
    "    if (result.answer.type === 'artifact-missing') {\n",
    "    if (result.answer.type === 'artifact-missing') {\n      this.#attempts += 1;\n",
    retries,
  ),
  slip(
    'artifacts may be lost twice',
    src('request/validate.ts'),
    'this.#lost <= MAX_LOST_ARTIFACTS',
    'this.#lost < MAX_LOST_ARTIFACTS',
    retries,
  ),
];

const servers = [
  slip(
    'the limit of memory of a precheck is not watched',
    prepareSrc('worker.ts'),
    'memoryLimitBytes: memoryLimitBytes ?? UNLIMITED_MEMORY_BYTES',
    'memoryLimitBytes: UNLIMITED_MEMORY_BYTES',
    prepare('limits'),
    PREPARE,
  ),
  slip(
    'the kernel does not limit the memory of a preparation',
    prepareSrc('worker.ts'),
    'enterJob({ ...job, addedDataBytes }, writeFd',
    'enterJob(job, writeFd',
    prepare('limits'),
    PREPARE,
  ),
  slip(
    'the record of an artifact leaves out its executor params',
    prepareSrc('worker.ts'),
    'artifactRecord(codeHash, paramsPrepHash(executorParams))',
    'artifactRecord(codeHash, paramsPrepHash([]))',
    prepare('code'),
    PREPARE,
  ),
  slip(
    'the checksum leaves out the record',
    prepareSrc('worker.ts'),
    'checksum: artifactChecksum(...parts)',
    'checksum: artifactChecksum(artifact)',
    prepare('code'),
    PREPARE,
  ),
  slip(
    'a guest with much memory has no more room than one with none',
    executeSrc('job-bounds.ts'),
    'addedDataBytes: guestBytes + DATA_OVERHEAD_BYTES',
    'addedDataBytes: DATA_OVERHEAD_BYTES / 64',
    execute('limits'),
    EXECUTE,
  ),
  slip(
    'what broke between host and worker is a failure of the worker',
    executeSrc('worker.ts'),
    "error instanceof NotBegunError ? 'Kernel' : 'HostCommunication'",
    "'Kernel'",
    execute('connection'),
    EXECUTE,
  ),
  slip(
    'detail is told to those who have not asked',
    executeSrc('worker.ts'),
    'this.#context.tellsDetail ? [...answer',
    'this.#context !== undefined ? [...answer',
    execute('guest-words'),
    EXECUTE,
  ),
];

const memory = [
  slip(
    'the number of a descriptor that a thread writes to is given back',
    src('worker/request-memory.ts'),
    '    await this.#writing;\n    await this.#file.close();',
    '    await this.#file.close();',
    suites('worker/request-memory'),
  ),
  slip(
    'a request whose worker has failed takes the same way again',
    src('execute/driver.ts'),
    "if (result.type !== 'done' || result.answer.type !== 'answered') failed();",
    '',
    suites('execute/driver'),
  ),
  slip(
    'a thread gets everything that a parent head was cut out of',
    src('execute/hand-over.ts'),
    'part.slice()',
    'part',
    suites('execute/hand-over'),
  ),
  slip(
    'memory may hold less than the request',
    'packages/worker/src/worker/request-memory.ts',
    'if (size !== target.length)',
    'if (size > target.length)',
    execute('shared-memory'),
    { builds: ['worker', 'execute-worker'] },
  ),
  slip(
    'a template makes jobs ahead where none are to be',
    executeSrc('worker.ts'),
    "if (speedUps.has('jobs-ahead')) this",
    'if (speedUps.size >= 0) this',
    execute('speed-ups'),
    EXECUTE,
  ),
  slip(
    'affinity cannot be turned off',
    src('host/pipelines.ts'),
    "hasTemplates && !options.without.includes('affinity')",
    'hasTemplates',
    suites('host/without'),
  ),
  slip(
    'an earlier request stays in the memory',
    'packages/worker/src/worker/request-memory.ts',
    '    resizeFile(this.#fd, 0);\n',
    '',
    execute('shared-memory'),
    { builds: ['worker', 'execute-worker'] },
  ),
];

export const slips = [
  ...memory,
  ...defaults,
  ...trial,
  ...programs,
  ...headsUps,
  ...endings,
  ...files,
  ...onlookers,
  ...doubts,
  ...servers,
];
