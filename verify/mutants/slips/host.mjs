import { slip } from '../slip.mjs';

const src = (path) => `packages/host/src/${path}`;
const host = (...files) => [['host', ...files.map((file) => `test/${file}`)]];
const intake = host('intake');
const queue = host('execute/queue', 'execute/shares');
const prepareQueue = host('prepare/queue');
const sent = host('request/sent');
const artifacts = host('artifacts');
const store = host('store');
const pool = host('worker/pool');
const pools = host('worker/execute-pool', 'worker/prepare-pool');
const verdict = host('verdict');
const BY_KIND = "const byKind = isBacking(kind) ? 'Backing' : 'Approval';";
const PRIORITY = "const priority = isBacking(kind) ? 'normal' : 'critical';";
const CI = { sample: true };

const requests = [
  slip(
    'a dispute has the time limit of backing',
    src('request/detail.ts'),
    BY_KIND,
    "const byKind = kind === 'approval' ? 'Approval' : 'Backing';",
    sent,
    CI,
  ),
  slip(
    'an approval has the time limit of backing',
    src('request/detail.ts'),
    BY_KIND,
    "const byKind = kind === 'dispute' ? 'Approval' : 'Backing';",
    sent,
  ),
  slip(
    'backing of a system parachain has the time limit of approvals',
    src('request/detail.ts'),
    BY_KIND,
    "const byKind = kind === 'backing' ? 'Backing' : 'Approval';",
    sent,
  ),
  slip(
    "a dispute's preparation is not urgent",
    src('request/validate.ts'),
    PRIORITY,
    "const priority = kind === 'approval' ? 'critical' : 'normal';",
    sent,
  ),
  slip(
    "backing's preparation is urgent",
    src('request/validate.ts'),
    PRIORITY,
    "const priority = 'critical';",
    sent,
  ),
  slip(
    'relay parent and scheduling parent are exchanged',
    src('request/validate.ts'),
    'relayParent: this.#candidate.relayParent,\n      schedulingParent: this.#candidate.schedulingParent,',
    'relayParent: this.#candidate.schedulingParent,\n      schedulingParent: this.#candidate.relayParent,',
    sent,
  ),
  slip(
    'every candidate is executed as one with descriptor V1',
    src('request/validate.ts'),
    'descriptorVersion: this.#candidate.descriptorVersion,',
    "descriptorVersion: { type: 'V1' },",
    sent,
  ),
  slip(
    "the caller's own time limit is ignored",
    src('request/detail.ts'),
    'executionTimeoutMs ?? execTimeoutMs(params, byKind)',
    'execTimeoutMs(params, byKind)',
    sent,
  ),
  slip(
    'a worker gets the default executor params',
    src('request/validate.ts'),
    'spec: this.#pvf.params,',
    'spec: [],',
    sent,
  ),
  slip(
    'a precheck has the time limit of a preparation',
    src('request/prepare.ts'),
    "prepTimeoutMs(pvf.params, precheck ? 'Precheck' : 'Prepare')",
    "prepTimeoutMs(pvf.params, 'Prepare')",
    sent,
  ),
  slip(
    'a precheck is prepared as a compilation',
    src('request/prepare.ts'),
    "prepKind: precheck ? 'Prechecking' : 'Compilation',",
    "prepKind: 'Compilation',",
    sent,
  ),
  slip(
    'a heads-up is prepared as a precheck',
    src('request/prepare.ts'),
    "const precheck = purpose === 'precheck';",
    "const precheck = purpose !== 'execute';",
    sent,
  ),
  slip(
    'the limit of decompressed code is not the one that was asked for',
    src('request/prepare.ts'),
    'validationCodeBombLimit: pvf.bombLimit,',
    'validationCodeBombLimit: 30 * 1024 * 1024,',
    sent,
  ),
];

const queues = [
  slip(
    'one place more than the limit at the intake',
    src('intake.ts'),
    'return this.#inside >= this.#limit;',
    'return this.#inside > this.#limit;',
    intake,
    CI,
  ),
  slip(
    'an abort after admission drops the last who waits',
    src('intake.ts'),
    "        signal.removeEventListener('abort', onAbort);\n        resolve();",
    '        resolve();',
    intake,
  ),
  slip(
    'the newest who waits is let in first',
    src('intake.ts'),
    'const next = this.#waiting.shift();',
    'const next = this.#waiting.pop();',
    intake,
  ),
  slip(
    'who leaves while others wait frees a place twice',
    src('intake.ts'),
    'if (next === undefined) this.#inside -= 1;\n    else next();',
    'this.#inside -= 1;\n    next?.();',
    intake,
  ),
  slip('disputes may take 80 percent', src('execute/shares.ts'), 'dispute: 70,', 'dispute: 80,', queue),
  slip('approvals may take 90 percent', src('execute/shares.ts'), 'approval: 80,', 'approval: 90,', queue),
  slip(
    'a window of eleven jobs',
    src('execute/shares.ts'),
    'if (this.#sumFrom(0) >= WINDOW_JOBS)',
    'if (this.#sumFrom(0) >= WINDOW_JOBS - 1)',
    queue,
  ),
  slip(
    'shares count what has a higher priority, too',
    src('execute/shares.ts'),
    'const total = this.#sumFrom(KINDS.indexOf(kind));',
    'const total = this.#sumFrom(0);',
    queue,
  ),
  slip(
    'a kind over its share waits although nobody else does',
    src('execute/shares.ts'),
    'return waiting.find((kind) => !this.#usedUp(kind)) ?? waiting[0];',
    'return waiting.find((kind) => !this.#usedUp(kind));',
    queue,
  ),
  slip(
    'one worker more than the capacity',
    src('execute/queue.ts'),
    'if (this.#workers.size >= this.#options.capacity) {',
    'if (this.#workers.size > this.#options.capacity) {',
    queue,
  ),
  slip(
    'a job goes to a worker with other executor params',
    src('execute/queue.ts'),
    '      if (paramsHash !== job.paramsHash) continue;\n',
    '',
    queue,
  ),
  slip(
    'a worker that died idle is kept in the books',
    src('execute/queue.ts'),
    "      case 'rip':\n        this.#forget(message.worker);",
    "      case 'rip':\n        if (state.type === 'busy') this.#forget(message.worker);",
    queue,
  ),
  slip(
    'a job that its worker did not take goes to the end of the queue',
    src('execute/queue.ts'),
    'this.#pending[job.kind].unshift(job);',
    'this.#pending[job.kind].push(job);',
    queue,
  ),
  slip(
    'a cancelled job takes the one behind it along',
    src('execute/queue.ts'),
    'this.#pending[kind].splice(index, 1);',
    'this.#pending[kind].splice(index, 2);',
    queue,
  ),
  slip(
    'cancelling a running job leaves its worker alone',
    src('execute/queue.ts'),
    "if (state.type === 'busy') this.#kill(worker);\n      else state.job = undefined;",
    "if (state.type !== 'busy') state.job = undefined;",
    queue,
  ),
  slip(
    'leaves drop approvals, too',
    src('execute/queue.ts'),
    "for (const kind of ['backing-system', 'backing'] as const) {",
    "for (const kind of ['approval', 'backing-system', 'backing'] as const) {",
    queue,
  ),
  slip(
    'a worker with other params is ended a millisecond late',
    src('execute/queue.ts'),
    'eldest.since < MAX_WAIT_FOR_PARAMS_MS',
    'eldest.since <= MAX_WAIT_FOR_PARAMS_MS',
    queue,
  ),
  slip(
    'a hash that left the active forks and came back counts as gone',
    src('execute/active-forks.ts'),
    'if (this.contains(hash) || this.#left.size > MAX_LEFT) this.#left.delete(hash);',
    'if (this.#left.size > MAX_LEFT) this.#left.delete(hash);',
    queue,
  ),
  slip(
    'normal preparations grow the pool to its hard limit',
    src('prepare/queue.ts'),
    '(spawning < waiting && this.#workers.size < this.#options.soft)',
    '(spawning < waiting && this.#workers.size < this.#options.hard)',
    prepareQueue,
  ),
  slip(
    'a worker above the soft limit takes normal work',
    src('prepare/queue.ts'),
    'this.#pending.critical.shift() ?? (aboveSoft ? undefined : this.#pending.normal.shift())',
    'this.#pending.critical.shift() ?? this.#pending.normal.shift()',
    prepareQueue,
  ),
  slip(
    'a raised preparation stays in its place',
    src('prepare/queue.ts'),
    "if (job !== undefined) this.#pending.critical.push({ ...job, priority: 'critical' });",
    'if (job !== undefined) this.#pending.normal.splice(index, 0, job);',
    prepareQueue,
  ),
  slip(
    'a preparation that its worker did not take goes to the end of the queue',
    src('prepare/queue.ts'),
    'this.#pending[job.priority].unshift(job);',
    'this.#pending[job.priority].push(job);',
    prepareQueue,
  ),
  slip(
    'a cancelled preparation keeps its worker',
    src('prepare/queue.ts'),
    "if (state.type === 'busy' && state.job.id === id) this.#kill(worker);",
    '',
    prepareQueue,
  ),
];

const workers = [
  slip(
    'an answer above its time limit counts',
    src('execute/work.ts'),
    'if (cpuTimeNs > timeoutNs) {',
    'if (cpuTimeNs > 4n * timeoutNs) {',
    host('execute/work'),
    CI,
  ),
  slip(
    'an answer at its time limit does not count',
    src('execute/work.ts'),
    'if (cpuTimeNs > timeoutNs) {',
    'if (cpuTimeNs >= timeoutNs) {',
    host('execute/work'),
  ),
  slip(
    'a worker that reports an error is used again',
    src('execute/work.ts'),
    "...(error.type === 'JobTimedOut' && { times }), detail },\n      false,",
    "...(error.type === 'JobTimedOut' && { times }), detail },\n      true,",
    host('execute/work'),
  ),
  slip(
    'a preparation above its time limit counts',
    src('prepare/work.ts'),
    'if (cpuTimeNs > timeoutNs) return',
    'if (cpuTimeNs > 4n * timeoutNs) return',
    host('prepare/work'),
  ),
  slip(
    'a prepare worker that ran out of memory is used again',
    src('prepare/work.ts'),
    "    case 'IoErr':\n    case 'OutOfMemory':",
    "    case 'IoErr':\n      return false;\n    case 'OutOfMemory':\n      return true;",
    host('prepare/work'),
  ),
  slip(
    'an artifact stays although its worker could not be cleared',
    src('prepare/work.ts'),
    "if (result.answer.type === 'failed') await rm(path, { force: true }).catch(() => {});",
    '',
    host('prepare/work'),
  ),
  slip(
    'a worker serves one job too many',
    src('worker/pool.ts'),
    'const reusable = sound && busy.jobs < this.#options.maxJobs;',
    'const reusable = sound && busy.jobs <= this.#options.maxJobs;',
    pool,
  ),
  slip(
    'a worker whose connection broke is used again',
    src('worker/pool.ts'),
    'const sound = result.reusable && !process.connection.isBroken;',
    'const sound = result.reusable;',
    pool,
  ),
  slip(
    'an answer that nobody waits for any more is not told of',
    src('worker/pool.ts'),
    "if (result.type === 'done') await driver.abandon(result.answer);",
    '',
    pool,
  ),
  slip(
    'an answer that nobody asked for is passed over',
    src('worker/connection.ts'),
    "if (waiting === undefined)\n          throw new ConnectionError('the worker sent an answer that nobody asked for');",
    'if (waiting === undefined) continue;',
    host('worker/connection'),
  ),
  slip(
    'a job has three times its limit of wall time',
    src('worker/wall-time.ts'),
    'export const WALL_CLOCK_FACTOR = 4;',
    'export const WALL_CLOCK_FACTOR = 3;',
    host('worker/wall-time'),
  ),
  slip(
    'time in which the host stood still counts against the candidate',
    src('worker/wall-time.ts'),
    'const MAX_LATE_MS = 250;',
    'const MAX_LATE_MS = 1e12;',
    host('worker/wall-time'),
  ),
  slip(
    "the engine's identity leaves out the CPU",
    src('worker/engine.ts'),
    'JSON.stringify({ parts, arch: process.arch, cpu })',
    'JSON.stringify({ parts, arch: process.arch })',
    host('worker/capabilities'),
  ),
];

/** What shows only in what queue, pool and driver do together. */
const together = [
  slip(
    'the end of an idle worker is not told',
    src('worker/pool.ts'),
    "    this.#end(worker, 'ended-by-itself', 'ended by itself');\n    this.#tell({ type: 'rip', worker });",
    "    this.#end(worker, 'ended-by-itself', 'ended by itself');",
    pools,
  ),
  slip(
    'a worker whose process has ended is waited for',
    src('worker/pool.ts'),
    "if (state?.type === 'busy') state.process.connection.destroy();",
    '',
    pools,
  ),
  slip(
    'a start that was given up goes on with its pause',
    src('worker/pool.ts'),
    '        timer.cancel();\n        resolve();\n      });',
    '      });',
    pool,
  ),
  slip(
    'a replaced program is started if it failed before',
    src('worker/pool.ts'),
    '      const replaced = await programs.replaced(kind);',
    '      const replaced = attempt > 1 ? undefined : await programs.replaced(kind);',
    pools,
  ),
  slip(
    'a request that was taken back is given to the worker that was started for it',
    src('execute/queue.ts'),
    '      else state.job = undefined;',
    '',
    pools,
  ),
  slip(
    'a worker is retired while it works',
    src('worker/pool.ts'),
    '    state.timer?.cancel();\n    const busy',
    '    const busy',
    pools,
  ),
  slip(
    'the directory of a worker that refused a PVF is not emptied',
    src('prepare/work.ts'),
    '    return await afterwards(process, failed(error, mayBeReused(error)));',
    '    return failed(error, mayBeReused(error));',
    pools,
  ),
  slip(
    'the directory of a worker that executed is not emptied',
    src('execute/work.ts'),
    '    await emptyWorkerDir(process.dir);',
    '',
    pools,
  ),
  slip(
    'a request that was given up is executed all the same',
    src('request/executions.ts'),
    "        this.#queue.handle({ type: 'cancel', job: id });\n",
    '',
    pools,
  ),
];

const keeping = [
  slip(
    'an artifact is put in place whatever its checksum',
    src('threads/tasks.ts'),
    'if (toHex(artifactChecksum(content)) !== expected) {',
    'if (content.byteLength === 0) {',
    host('host/outcomes'),
  ),
  slip(
    "an artifact's file stays writable",
    src('threads/tasks.ts'),
    '      await file.chmod(0o400);\n',
    '',
    host('threads'),
  ),
  slip(
    'a file is taken for an artifact without a look at its content',
    src('threads/tasks.ts'),
    'if (toHex(artifactChecksum(content)) !== checksum) return false;',
    '',
    store,
  ),
  slip(
    'a failed preparation is tried six times',
    src('artifacts/retry.ts'),
    'failure.failures <= MAX_RETRIES',
    'failure.failures <= MAX_RETRIES + 1',
    artifacts,
  ),
  slip(
    'a failed preparation is tried again a millisecond early',
    src('artifacts/retry.ts'),
    'now >= failure.at + COOLDOWN_MS',
    'now >= failure.at + COOLDOWN_MS - 1',
    artifacts,
  ),
  slip(
    'discarding an artifact discards the newer one of its identity',
    src('artifacts/artifacts.ts'),
    "if (state?.type === 'prepared' && state.artifact === artifact) {",
    "if (state?.type === 'prepared') {",
    artifacts,
  ),
  slip(
    'one who gives up cancels the preparation of all',
    src('artifacts/artifacts.ts'),
    'if (state.waiters.size > 0 || state.wanted',
    'if (state.wanted',
    artifacts,
  ),
  slip(
    "another engine's artifacts are taken over",
    src('store/store.ts'),
    'identity.engine !== engine',
    'identity.engine === ""',
    store,
  ),
  slip(
    'an artifact of an earlier run is trusted unread',
    src('store/store.ts'),
    "      this.#unverified.set(artifact, 'not-yet');\n",
    '',
    store,
  ),
];

const verdicts = [
  slip(
    'a worker that died is a fault of the machine',
    src('verdict/classify.ts'),
    "return possibly('worker-died', answer.message);",
    "return internal('host-communication', answer.message);",
    verdict,
  ),
  slip(
    "the kernel's failures count against the candidate",
    src('verdict/classify.ts'),
    "return internal('kernel', error.value);",
    "return possibly('job-error', error.value);",
    verdict,
  ),
  slip(
    'an artifact that cannot be constructed is kept',
    src('verdict/classify.ts'),
    "return { ...possibly('runtime-construction', said.value), artifactAtFault: true };",
    "return possibly('runtime-construction', said.value);",
    verdict,
  ),
  slip(
    'a refusal by the PVF is only possibly invalid',
    src('verdict/classify.ts'),
    "return { type: 'invalid', rule: 'refused-by-pvf', message: withPanic(said.value, detail) };",
    "return possibly('job-error', said.value);",
    verdict,
  ),
];

const cgroups = [
  slip(
    'limits are set below a group that has processes',
    src('cgroup/find.ts'),
    "if (wordsIn(join(path, 'cgroup.procs')).length > 0)",
    "if (wordsIn(join(path, 'cgroup.procs')).length < 0)",
    host('cgroup'),
  ),
  slip(
    'root takes a group that others manage',
    src('cgroup/find.ts'),
    'return uid !== 0 && statSync(path).uid === uid;',
    'return statSync(path).uid === uid;',
    host('cgroup'),
  ),
  slip(
    'groups of hosts that run are swept',
    src('cgroup/group.ts'),
    'if (isOver(name.slice(PREFIX.length), path)) await remove(path);',
    'await remove(path);',
    host('cgroup'),
  ),
];

export const slips = [...requests, ...queues, ...workers, ...together, ...keeping, ...verdicts, ...cgroups];
