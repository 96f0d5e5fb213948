import { rm } from 'node:fs/promises';
import { ExecuteHandshake, type ExecutorParams, type SecurityStatus, WorkerHandshake } from '@pvf/protocol';
import type { Logger } from 'pino';
import type { HostCgroup } from '../cgroup/index.ts';
import type { WorkerKind } from '../errors.ts';
import {
  type ExecuteAnswer,
  ExecuteQueue,
  type ExecuteWork,
  executeWork,
  type FromExecuteQueue,
} from '../execute/index.ts';
import type { HostNews } from '../host-events.ts';
import type { Metrics } from '../metrics/index.ts';
import {
  type FromPrepareQueue,
  type PrepareAnswer,
  PrepareQueue,
  type PrepareWork,
  prepareWork,
} from '../prepare/index.ts';
import {
  type EarlyWorkers,
  type PoolOptions,
  type ProbedProgram,
  type SpawnSettings,
  spawnWorker,
  WorkerPool,
  type WorkerProcess,
} from '../worker/index.ts';
import type { ResolvedOptions } from './options.ts';
import type { Programs } from './programs.ts';
import type { Workspace } from './workspace.ts';

type Place = {
  options: ResolvedOptions;
  workspace: Workspace;
  logger: Logger;
  /** Where there are control groups. */
  cgroup?: HostCgroup | undefined;
};

type PipelineInputs = Place & {
  programs: Programs;
  security: SecurityStatus;
  metrics: Metrics;
  news: HostNews;
  early: EarlyWorkers;
};

/** Prepare queue and pool, talking to each other. */
export function preparePipeline(
  inputs: PipelineInputs,
  toHost: (message: FromPrepareQueue<PrepareAnswer>) => void,
) {
  const { options, security } = inputs;
  const settings = spawnSettings('prepare', inputs.programs.get('prepare'), inputs);
  const handshakes = [WorkerHandshake.encode({ securityStatus: security })];
  const pool: WorkerPool<undefined, PrepareWork, PrepareAnswer> = new WorkerPool({
    ...poolOptions('prepare', inputs),
    spawn: (_spec, signal, onGone) => takeOrSpawn(inputs.early, settings, handshakes, signal, onGone),
    work: (process, work, onStarted) => prepareWork(options.clock, process, work, onStarted),
    abandoned: async (answer) => {
      if (answer.type === 'prepared') await rm(answer.path, { force: true }).catch(() => {});
    },
    toQueue: (message) => queue.handlePool(message),
  });
  const queue = new PrepareQueue<PrepareWork, PrepareAnswer>({
    soft: options.prepareWorkersSoft,
    hard: options.prepareWorkersHard,
    toPool: (message) => pool.handle(message),
    toHost,
  });
  return { queue, pool };
}

/** What is executed may still be in the making while its worker starts (`Trial`). */
type MaybeLater = ExecuteWork | Promise<ExecuteWork>;

/** Execute queue and pool, talking to each other. */
export function executePipeline(
  inputs: PipelineInputs,
  toHost: (message: FromExecuteQueue<ExecuteAnswer>) => void,
) {
  const { options, security } = inputs;
  const program = inputs.programs.get('execute');
  const perWorker = program.hasTemplates ? templateBytes(options) : 0;
  const spawned = spawnSettings('execute', program, inputs);
  const settings = {
    ...spawned,
    arguments: [...spawned.arguments, ...ownArguments(options, program)],
  };
  const handshake = WorkerHandshake.encode({ securityStatus: security });
  const pool: WorkerPool<ExecutorParams, MaybeLater, ExecuteAnswer> = new WorkerPool({
    ...poolOptions('execute', inputs),
    spawn: (executorParams, signal, onGone) =>
      takeOrSpawn(
        inputs.early,
        settings,
        [handshake, ExecuteHandshake.encode({ executorParams })],
        signal,
        onGone,
      ),
    work: async (process, work, onStarted) => {
      let ready: ExecuteWork;
      try {
        ready = await work;
      } catch (error) {
        return { type: 'not-taken', message: String(error) };
      }
      return await executeWork(options.clock, process, ready, onStarted, program.tellsDetail);
    },
    toQueue: (message) => queue.handlePool(message),
  });
  const queue = new ExecuteQueue<ExecutorParams, MaybeLater, ExecuteAnswer>({
    capacity: options.executeWorkers,
    templateBytes: perWorker,
    clock: options.clock,
    toPool: (message) => pool.handle(message),
    toHost,
  });
  return { queue, pool };
}

/**
 * The worker that has told about its program, for the first one that is needed; it may have died meanwhile. Where there are
 * control groups it has none, because it was started before they were found, and is not used.
 */
async function takeOrSpawn(
  early: EarlyWorkers,
  settings: SpawnSettings,
  handshakes: readonly Uint8Array[],
  signal: AbortSignal,
  onGone: () => void,
): Promise<WorkerProcess> {
  try {
    const launched = settings.cgroup === undefined ? early.take(settings.kind) : undefined;
    const worker = await launched?.greet(handshakes, signal, onGone);
    if (worker !== undefined) return worker;
  } catch (error) {
    settings.logger.info({ kind: settings.kind, reason: String(error) }, 'another worker is started');
  }
  return await spawnWorker(settings, handshakes, signal, onGone);
}

/** Of each execute worker's share, for PVFs that stay loaded. */
function templateBytes({ templateMemory, executeWorkers }: ResolvedOptions): number {
  return Math.floor(templateMemory / executeWorkers);
}

/** What execute workers are told that know more than the protocol. */
function ownArguments(
  options: ResolvedOptions,
  { hasTemplates, tellsDetail }: Pick<ProbedProgram, 'hasTemplates' | 'tellsDetail'>,
): string[] {
  return [
    ...(hasTemplates ? ['--template-memory-bytes', String(templateBytes(options))] : []),
    ...(tellsDetail ? ['--execution-detail', '1'] : []),
  ];
}

/** For worker programs that tell about themselves and go on as workers: those know everything else as well. */
export function earlySpawnSettings(kind: WorkerKind, path: string, place: Place): SpawnSettings {
  const { options } = place;
  const settings = spawnSettings(kind, { path }, place);
  return {
    ...settings,
    arguments: [
      ...(options.allowUntestedNode ? [ALLOW_UNTESTED_NODE] : []),
      ...(kind === 'execute' ? ownArguments(options, { hasTemplates: true, tellsDetail: true }) : []),
    ],
  };
}

const ALLOW_UNTESTED_NODE = '--allow-untested-node';

function spawnSettings(
  kind: WorkerKind,
  {
    path,
    untestedNode,
    takesCgroup = false,
  }: Pick<ProbedProgram, 'path'> & Partial<Pick<ProbedProgram, 'untestedNode' | 'takesCgroup'>>,
  { options, workspace, logger, cgroup }: Place,
) {
  return {
    kind,
    program: path,
    // Only workers that name an untested Node know the flag.
    arguments: untestedNode === undefined ? [] : [ALLOW_UNTESTED_NODE],
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

type CommonPoolOptions = Pick<
  PoolOptions<unknown, unknown, unknown>,
  'kind' | 'clock' | 'logger' | 'idleMs' | 'maxJobs' | 'replaced' | 'observe' | 'ended'
>;

function poolOptions(
  kind: WorkerKind,
  { options, programs, metrics, news, logger }: PipelineInputs,
): CommonPoolOptions {
  return {
    kind,
    clock: options.clock,
    logger,
    idleMs: options.workerIdleMs,
    maxJobs: options.maxJobsPerWorker,
    replaced: async () => {
      const known = programs.stopReason;
      const reason = await programs.replaced(kind);
      if (reason !== known) logger.error({ reason }, 'the host stopped: it starts no more workers');
      return reason;
    },
    observe: (event) => metrics.worker(kind, event),
    ended: (worker) => news.tell('worker-ended', () => ({ worker: kind, ...worker })),
  };
}
