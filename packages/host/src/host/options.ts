import { totalmem } from 'node:os';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { systemClock } from '../clock.ts';
import { HostError } from '../errors.ts';
import { SPEED_UPS, type SpeedUp } from '../speed-ups.ts';
import type { HostOptions } from '../types.ts';
import { VERSION } from '../version.ts';

const GIB = 1024 ** 3;
/** Unless an option says otherwise: this share of the machine's memory for loaded PVFs, at most so many bytes. */
const TEMPLATE_SHARE_OF_MEMORY = 1 / 8;
const MOST_TEMPLATE_BYTES = 2 * GIB;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Bounds of the numeric options; outside them a value is a mistake. */
const BOUNDS = {
  prepareWorkersSoft: [1, 64],
  prepareWorkersHard: [1, 64],
  executeWorkers: [1, 256],
  artifactCacheLimit: [0, Number.MAX_SAFE_INTEGER],
  artifactMinStaleMs: [0, Number.MAX_SAFE_INTEGER],
  maxPendingPerKind: [1, 100_000],
  retryPauseMs: [0, 10 * MINUTE_MS],
  spawnTimeoutMs: [1, 10 * MINUTE_MS],
  workerIdleMs: [1, Number.POSITIVE_INFINITY],
  maxJobsPerWorker: [1, Number.MAX_SAFE_INTEGER],
  templateMemory: [0, Number.MAX_SAFE_INTEGER],
  threads: [0, 64],
} as const satisfies Partial<Record<keyof HostOptions, readonly [number, number]>>;

const MIN_NICE = -20;
const MAX_NICE = 19;

/** All options with their defaults put in. */
export type ResolvedOptions = ReturnType<typeof resolveOptions>;

/** Two hosts cannot share a registry: it takes each name once. */
const A_METRIC = 'pvf_outcomes_total';

/** @throws HostError INVALID_OPTION */
export function resolveOptions(options: HostOptions) {
  const paths = {
    cacheDir: options.cacheDir,
    'keepFailed.dir': options.keepFailed?.dir,
    'workers.prepare': options.workers?.prepare,
    'workers.execute': options.workers?.execute,
    ...(options.cgroup !== false && { cgroup: options.cgroup }),
  };
  for (const [name, value] of Object.entries(paths)) {
    if (value !== undefined && (typeof value !== 'string' || value === '' || value.includes('\0'))) {
      throw invalid(name, 'must be a path');
    }
  }
  if (options.registry?.getSingleMetric(A_METRIC) !== undefined) {
    throw invalid('registry', 'has the metrics of another host already; give each host one of its own');
  }
  for (const [name, [min, max]] of Object.entries(BOUNDS)) {
    const value = options[name as keyof typeof BOUNDS];
    if (value === undefined) continue;
    const whole = Number.isInteger(value) || value === Number.POSITIVE_INFINITY;
    if (!whole || value < min || value > max)
      throw invalid(name, `must be a whole number from ${min} to ${max}`);
  }
  if (options.keepFailed !== undefined && options.keepFailed.dir === undefined)
    throw invalid('keepFailed.dir', 'must be a path');
  for (const name of ['maxFiles', 'maxBytes'] as const) {
    const value = options.keepFailed?.[name];
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0))
      throw invalid(`keepFailed.${name}`, 'must be a whole number from 0 on');
  }
  for (const value of Object.values(options.niceness ?? {})) {
    if (!Number.isInteger(value) || value < MIN_NICE || value > MAX_NICE) {
      throw invalid('niceness', `must be a whole number from ${MIN_NICE} to ${MAX_NICE}`);
    }
  }
  const prepareWorkersSoft = options.prepareWorkersSoft ?? 1;
  const prepareWorkersHard = options.prepareWorkersHard ?? Math.max(2, prepareWorkersSoft);
  if (prepareWorkersHard < prepareWorkersSoft) {
    throw invalid('prepareWorkersHard', 'must not be below prepareWorkersSoft');
  }
  const without = options.without ?? [];
  if (!Array.isArray(without) || !without.every((name) => SPEED_UPS.includes(name)))
    throw invalid('without', `must be an array of ${SPEED_UPS.join(', ')}`);
  const used = (name: SpeedUp): boolean => !without.includes(name);
  const nodeVersion = options.nodeVersion ?? VERSION;
  return {
    cacheDir: options.cacheDir,
    workers: options.workers ?? {},
    nodeVersion: nodeVersion === false ? undefined : nodeVersion,
    allowUntestedNode: options.allowUntestedNode ?? false,
    secureMode: options.secureMode ?? true,
    prepareWorkersSoft,
    prepareWorkersHard,
    executeWorkers: options.executeWorkers ?? 2,
    keepArtifacts: options.keepArtifacts ?? true,
    keepFailed: options.keepFailed,
    cgroup: options.cgroup ?? 'auto',
    allowGroupWritableCacheDir: options.allowGroupWritableCacheDir ?? false,
    artifactCacheLimit: options.artifactCacheLimit ?? 10 * GIB,
    artifactMinStaleMs: options.artifactMinStaleMs ?? 24 * HOUR_MS,
    maxPendingPerKind: options.maxPendingPerKind ?? 64,
    retryPauseMs: options.retryPauseMs ?? 1_000,
    spawnTimeoutMs: options.spawnTimeoutMs ?? 3_000,
    workerIdleMs: options.workerIdleMs ?? 5 * MINUTE_MS,
    maxJobsPerWorker: options.maxJobsPerWorker ?? 10_000,
    templateMemory: used('templates') ? (options.templateMemory ?? defaultTemplateMemory()) : 0,
    sharedMemory: used('shared-memory') && options.threads !== 0,
    // What a worker does not know any more it would ask for with each candidate.
    giveArtifactsOnce: used('artifacts-once') && used('known-artifacts'),
    without,
    niceness: options.niceness ?? {},
    threads: options.threads ?? 2,
    workerLog: options.workerLog,
    logger:
      options.logger ?? pino({ name: 'pvf-host', level: 'warn' }, pino.destination({ fd: 2, sync: true })),
    registry: options.registry ?? new Registry(),
    clock: options.clock ?? systemClock,
  };
}

function defaultTemplateMemory(): number {
  const allowed = process.constrainedMemory();
  const memory = allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
  return Math.min(MOST_TEMPLATE_BYTES, Math.floor(memory * TEMPLATE_SHARE_OF_MEMORY));
}

function invalid(option: string, message: string): HostError<'INVALID_OPTION'> {
  return new HostError('INVALID_OPTION', { option }, `option ${option} ${message}`);
}
