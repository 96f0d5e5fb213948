import { type ExecutorParams, type SecurityStatus, WORKER_SPEED_UPS } from '@pvf/protocol';
import type { Logger } from 'pino';
import type { HostCgroup } from '../cgroup/index.ts';
import type { WorkerKind } from '../errors.ts';
import {
  type ExecuteAnswer,
  ExecuteDriver,
  ExecuteQueue,
  HandOver,
  type MaybeLater,
} from '../execute/index.ts';
import type { HostNews } from '../host-events.ts';
import type { Metrics } from '../metrics/index.ts';
import { type PrepareAnswer, PrepareDriver, PrepareQueue, type PrepareWork } from '../prepare/index.ts';
import type { ArtifactStore } from '../store/index.ts';
import type { Threads } from '../threads/index.ts';
import {
  type EarlyWorkers,
  type ProbedProgram,
  type Programs,
  type SpawnSettings,
  WorkerPool,
  WorkerStarter,
} from '../worker/index.ts';
import type { ResolvedOptions } from './options.ts';
import type { Workspace } from './workspace.ts';

interface Place {
  options: ResolvedOptions;
  workspace: Workspace;
  logger: Logger;
  /** Where there are control groups. */
  cgroup?: HostCgroup | undefined;
}

type PipelineInputs = Place & {
  programs: Programs;
  security: SecurityStatus;
  metrics: Metrics;
  news: HostNews;
  early: EarlyWorkers;
  threads: Threads;
};

export interface PreparePipeline {
  queue: PrepareQueue<PrepareWork, PrepareAnswer>;
  pool: WorkerPool<undefined, PrepareWork, PrepareAnswer>;
}

export interface ExecutePipeline {
  queue: ExecuteQueue<ExecutorParams, MaybeLater, ExecuteAnswer>;
  pool: WorkerPool<ExecutorParams, MaybeLater, ExecuteAnswer>;
}

/** Prepare queue and pool, talking to each other. */
export function preparePipeline(inputs: PipelineInputs, store: ArtifactStore): PreparePipeline {
  const { options, security, early } = inputs;
  const settings = spawnSettings('prepare', inputs.programs.get('prepare'), inputs);
  const starter = new WorkerStarter(settings, early);
  const driver = new PrepareDriver(options.clock, starter, security, store);
  const pool = new WorkerPool({ ...poolOptions('prepare', inputs), driver });
  const { prepareWorkersSoft: soft, prepareWorkersHard: hard } = options;
  const queue = new PrepareQueue({ soft, hard, pool });
  pool.reportTo(queue);
  return { queue, pool };
}

/** Execute queue and pool, talking to each other. */
export function executePipeline(inputs: PipelineInputs): ExecutePipeline {
  const { options, security, early } = inputs;
  const program = inputs.programs.get('execute');
  const spawned = spawnSettings('execute', program, inputs);
  const asked = askedOf(options, program);
  const settings = {
    ...spawned,
    arguments: [...spawned.arguments, ...ownArguments(options, asked)],
    sharesMemory: asked.sharesMemory,
  };
  const starter = new WorkerStarter(settings, early);
  const handOver = new HandOver(inputs.threads.write, () => inputs.metrics.sharedInMemory());
  const driver = new ExecuteDriver(options.clock, starter, security, handOver, asked);
  const pool = new WorkerPool({ ...poolOptions('execute', inputs), driver });
  const queue = new ExecuteQueue({
    capacity: options.executeWorkers,
    templateBytes: bytesForAffinity(options, program),
    clock: options.clock,
    pool,
  });
  pool.reportTo(queue);
  return { queue, pool };
}

/** Of what is loaded in each worker the queue keeps books by this; 0: it sends candidates to any. */
export function bytesForAffinity(
  options: ResolvedOptions,
  { hasTemplates }: Pick<ProbedProgram, 'hasTemplates'>,
): number {
  return hasTemplates && !options.without.includes('affinity') ? templateBytes(options) : 0;
}

/** Of each execute worker's share, for PVFs that stay loaded. */
function templateBytes({ templateMemory, executeWorkers }: ResolvedOptions): number {
  return Math.floor(templateMemory / executeWorkers);
}

type OwnFeatures = Pick<
  ProbedProgram,
  'hasTemplates' | 'tellsDetail' | 'sharesMemory' | 'remembersArtifacts'
>;

/** What this host asks for of what execute workers know beyond the protocol. */
function askedOf(
  { sharedMemory, giveArtifactsOnce }: ResolvedOptions,
  { hasTemplates, tellsDetail, sharesMemory, remembersArtifacts }: OwnFeatures,
): OwnFeatures {
  return {
    hasTemplates,
    tellsDetail,
    sharesMemory: sharedMemory && sharesMemory,
    remembersArtifacts: giveArtifactsOnce ? remembersArtifacts : 0,
  };
}

/** How they are told. @param asked of `askedOf` */
function ownArguments(
  options: ResolvedOptions,
  { hasTemplates, tellsDetail, sharesMemory, remembersArtifacts }: OwnFeatures,
): string[] {
  return [
    ...(hasTemplates ? ['--template-memory-bytes', String(templateBytes(options))] : []),
    ...(tellsDetail ? ['--execution-detail', '1'] : []),
    ...(sharesMemory ? ['--shared-memory', '1'] : []),
    ...(remembersArtifacts > 0 ? ['--ask-for-artifacts', '1'] : []),
  ];
}

/** For worker programs that tell about themselves and go on as workers: those know everything else as well. */
export function earlySpawnSettings(kind: WorkerKind, path: string, place: Place): SpawnSettings {
  const { options } = place;
  const settings = spawnSettings(kind, { path }, place);
  const asked = kind === 'execute' ? askedOf(options, ALL_FEATURES) : undefined;
  return {
    ...settings,
    arguments: [
      ...withoutArguments(options, WORKER_SPEED_UPS),
      ...(options.allowUntestedNode ? [ALLOW_UNTESTED_NODE] : []),
      ...(asked === undefined ? [] : ownArguments(options, asked)),
    ],
    sharesMemory: asked?.sharesMemory ?? false,
  };
}

/** How many artifacts they remember is told before they are given any. */
const ALL_FEATURES: OwnFeatures = {
  hasTemplates: true,
  tellsDetail: true,
  sharesMemory: true,
  remembersArtifacts: 1,
};

const ALLOW_UNTESTED_NODE = '--allow-untested-node';

/** @param known what the program does without if it is told to */
function withoutArguments({ without }: ResolvedOptions, known: readonly string[]): string[] {
  const names = without.filter((name) => known.includes(name));
  return names.length === 0 ? [] : ['--without', names.join()];
}

function spawnSettings(
  kind: WorkerKind,
  {
    path,
    untestedNode,
    takesCgroup = false,
    speedUps = [],
  }: Pick<ProbedProgram, 'path'> & Partial<Pick<ProbedProgram, 'untestedNode' | 'takesCgroup' | 'speedUps'>>,
  { options, workspace, logger, cgroup }: Place,
) {
  return {
    kind,
    program: path,
    arguments: [
      ...withoutArguments(options, speedUps),
      // Only workers that name an untested Node know the flag.
      ...(untestedNode === undefined ? [] : [ALLOW_UNTESTED_NODE]),
    ],
    nodeVersion: options.nodeVersion,
    runDir: workspace.runDir,
    socketDir: workspace.socketDir,
    timeoutMs: options.spawnTimeoutMs,
    niceness: options.niceness[kind],
    log: options.workerLog,
    cgroup: takesCgroup ? cgroup : undefined,
    clock: options.clock,
    logger,
  } satisfies SpawnSettings;
}

function poolOptions(kind: WorkerKind, { options, programs, metrics, news, logger }: PipelineInputs) {
  const { clock, workerIdleMs: idleMs, maxJobsPerWorker: maxJobs } = options;
  return { kind, clock, logger, idleMs, maxJobs, programs, metrics, news };
}
