import { slip } from '../slip.mjs';

// What requests are judged by: receipts, claims, doubts, times; what is told of them beside the vote.
const src = (path) => `packages/host/src/${path}`;
const host = (...files) => [['host', ...files.map((file) => `test/${file}`)]];
const receipts = host('host/receipts');
const requests = host('host/requests', 'host/receipts');
const doubts = host('host/retries', 'host/outcomes', 'host/events');
const artifacts = host('artifacts');
const forks = host('execute/queue');

const claims = [
  slip(
    'a relay parent that is the scheduling parent is of every session',
    src('request/receipt.ts'),
    "return claimed === actual ? 'found' : 'missing';",
    "return claimed >= 0 || actual >= 0 ? 'found' : 'missing';",
    receipts,
  ),
  slip(
    'signals are compared without the claim queue of backing',
    src('request/receipt.ts'),
    'if (chain?.claimQueue === undefined) return undefined;',
    'if (chain?.claimQueue === undefined || chain.ancestorRelayParentInfo === undefined) return undefined;',
    receipts,
  ),
  slip(
    'a session may be 2³²',
    src('request/check-claim.ts'),
    'sessionIndexForChild >= 0 && sessionIndexForChild <= MAX_U32)',
    'sessionIndexForChild >= 0 && sessionIndexForChild <= MAX_U32 + 1)',
    receipts,
  ),
  slip(
    'the claim queue is the caller’s own',
    src('request/check-claim.ts'),
    "encodable('chain.claimQueue', () => ClaimQueue.decodeExact(ClaimQueue.encode(claimQueue))),",
    "encodable('chain.claimQueue', () => (ClaimQueue.encode(claimQueue), claimQueue)),",
    receipts,
  ),
  slip(
    'a parent head does not count for the size of a request',
    src('request/check.ts'),
    'pov.blockData.byteLength + validationData.parentHead.byteLength > MAX_INPUT_BYTES',
    'pov.blockData.byteLength > MAX_INPUT_BYTES',
    requests,
  ),
  slip(
    'who names no scheduling parent means the block of zeroes',
    src('request/check.ts'),
    'hasSchedulingParent: schedulingParent !== undefined,',
    'hasSchedulingParent: true,',
    host('request/sent', 'host/requests', 'host/stopping', 'host/receipts'),
  ),
  slip(
    'a code hash may have anything around it',
    src('request/check.ts'),
    '/^(?:0x)?([0-9a-f]{64})$/i',
    '/(?:0x)?([0-9a-f]{64})/i',
    host('host/requests', 'host/retries'),
  ),
  slip(
    'forks are left by the relay parent',
    src('request/validate.ts'),
    'schedulingParent: hasSchedulingParent ? toHex(schedulingParent) : undefined,',
    'schedulingParent: hasSchedulingParent ? toHex(this.#candidate.relayParent) : undefined,',
    host('request/sent', 'host/requests', 'host/stopping', 'host/receipts'),
  ),
];

const told = [
  slip(
    'only the last wait in the queue is told',
    src('request/validate.ts'),
    'this.#queuedMs += result.queuedMs;',
    'this.#queuedMs = result.queuedMs;',
    host('host/stopping'),
  ),
  slip(
    'an artifact that was prepared for this request comes from the cache',
    src('request/validate.ts'),
    'found.fromCache && this.#attempts === 0',
    'found.fromCache',
    doubts,
  ),
  slip(
    'the CPU time of an earlier try is told',
    src('request/validate.ts'),
    '    this.#cpuTimeNs = undefined;\n',
    '',
    doubts,
  ),
  slip(
    'memory is told in pages',
    src('request/detail.ts'),
    'job.memoryPages * WASM_PAGE_BYTES',
    'job.memoryPages',
    [...host('host/events'), ...host('integration/guest-words')],
  ),
  slip(
    'the limit of memory is told in pages',
    src('request/detail.ts'),
    'executorSemantics(pvf.params).maximumPages * WASM_PAGE_BYTES',
    'executorSemantics(pvf.params).maximumPages',
    [...host('host/events', 'host/outcomes'), ...host('integration/guest-words')],
  ),
  slip(
    'a preparation has the limits of no precheck',
    src('request/detail.ts'),
    "prepTimeoutMs(pvf.params, 'Precheck')",
    "prepTimeoutMs(pvf.params, 'Prepare')",
    [...host('host/events', 'host/outcomes'), ...host('integration/preparation', 'integration/guest-words')],
  ),
  slip(
    'how long a job has waited is told as of now',
    src('execute/queue.ts'),
    'const queuedMs = state.startedAt - state.job.since;',
    'const queuedMs = this.#options.clock.now() - state.job.since;',
    host('execute/queue'),
  ),
];

const times = [
  slip(
    'system time of a job that hangs does not count',
    src('worker/job-clock.ts'),
    '(Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME])) * MS_PER_TICK',
    'Number(fields[USER_TIME]) * MS_PER_TICK',
    host('worker/job-clock'),
  ),
  slip(
    'of two children of one tick the elder is the job',
    src('worker/job-clock.ts'),
    'startTime >= youngest.startTime',
    'startTime > youngest.startTime',
    host('worker/job-clock'),
  ),
  slip(
    'the children of children count, too',
    src('worker/job-clock.ts'),
    'Number(fields?.[PARENT]) !== workerPid',
    'Number(fields?.[PARENT]) < workerPid',
    host('worker/job-clock'),
  ),
  slip(
    'a pause that is too short is asked for again and again',
    src('execute/queue.ts'),
    'clock.after(Math.ceil(chosen.ms), ',
    'clock.after(Math.floor(chosen.ms), ',
    host('execute/queue', 'execute/affinity'),
  ),
];

const kept = [
  slip(
    'only leaves leave, not their ancestors',
    src('execute/active-forks.ts'),
    'for (const each of [hash, ...(this.#leaves.get(hash) ?? [])]) this.#left.add(each);',
    'this.#left.add(hash);',
    forks,
  ),
  slip(
    'hashes that left are remembered for ever',
    src('execute/active-forks.ts'),
    ' || this.#left.size > MAX_LEFT',
    '',
    forks,
  ),
  slip(
    'the failure of any preparation is foreign to executions',
    src('artifacts/retry.ts'),
    "return failure.strict && request.purpose !== 'precheck'",
    "return request.purpose !== 'precheck'",
    artifacts,
  ),
  ...[
    ['its time', "type === 'TimedOut' || "],
    ['its memory', "type === 'OutOfMemory' || "],
  ].map(([what, text]) =>
    slip(
      `an execution that joined a precheck is held to ${what}`,
      src('artifacts/retry.ts'),
      text,
      '',
      artifacts,
    ),
  ),
  slip(
    'an execution that joined a precheck has its code constructed',
    src('artifacts/retry.ts'),
    " || type === 'RuntimeConstruction'",
    '',
    artifacts,
  ),
  slip(
    'a preparation that is tried with other limits loses its urgency',
    src('artifacts/artifacts.ts'),
    'this.#prepare(key, failure, { ...wanted, priority })',
    'this.#prepare(key, failure, wanted)',
    artifacts,
  ),
  slip(
    'a failure before a preparation is not forgotten with the others',
    src('artifacts/states.ts'),
    'state.before = undefined;',
    'continue;',
    artifacts,
  ),
  slip(
    'an artifact too many goes where the limit is met exactly',
    src('artifacts/pruning.ts'),
    'report.keptBytes <= limit',
    'report.keptBytes < limit',
    host('host/pruning', 'artifacts'),
  ),
  slip(
    'twice the limit spares all that the limit spares',
    src('artifacts/pruning.ts'),
    'Math.min(minStaleMs, IN_USE_MS)',
    'minStaleMs',
    host('host/pruning', 'artifacts'),
  ),
  slip(
    'jobs fail although workers run that could take them',
    src('prepare/queue.ts'),
    "if (this.#workers.size > 0 && reason.type !== 'replaced') return;",
    '',
    host('prepare/queue'),
  ),
  slip(
    'jobs wait for workers of programs that were replaced',
    src('prepare/queue.ts'),
    "if (this.#workers.size > 0 && reason.type !== 'replaced') return;",
    'if (this.#workers.size > 0) return;',
    host('prepare/queue'),
  ),
  slip(
    'the latest raised preparation comes first',
    src('prepare/queue.ts'),
    "this.#pending.critical.push({ ...job, priority: 'critical' })",
    "this.#pending.critical.unshift({ ...job, priority: 'critical' })",
    host('prepare/queue'),
  ),
  slip(
    'the use of an artifact is written down in milliseconds',
    src('store/store.ts'),
    'now / 1_000, now / 1_000',
    'now, now',
    host('store', 'host/restart'),
  ),
];

export const slips = [...claims, ...told, ...times, ...kept];
