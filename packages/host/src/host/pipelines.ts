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
import type { Metrics } from '../metrics/index.ts';
import {
  type FromPrepareQueue,
  type PrepareAnswer,
  PrepareQueue,
  type PrepareWork,
  prepareWork,
} from '../prepare/index.ts';
import { type PoolOptions, type SpawnSettings, spawnWorker, WorkerPool } from '../worker/index.ts';
import type { ResolvedOptions } from './options.ts';
import type { Programs } from './programs.ts';
import type { Workspace } from './workspace.ts';

type PipelineInputs = {
  options: ResolvedOptions;
  programs: Programs;
  workspace: Workspace;
  security: SecurityStatus;
  /** Where there are control groups. */
  cgroup: HostCgroup | undefined;
  metrics: Metrics;
  logger: Logger;
};

/** Prepare queue and pool, talking to each other. */
export function preparePipeline(
  inputs: PipelineInputs,
  toHost: (message: FromPrepareQueue<PrepareAnswer>) => void,
) {
  const { options, security } = inputs;
  const settings = spawnSettings('prepare', inputs);
  const handshakes = [WorkerHandshake.encode({ securityStatus: security })];
  const pool: WorkerPool<undefined, PrepareWork, PrepareAnswer> = new WorkerPool({
    ...poolOptions('prepare', inputs),
    spawn: (_spec, signal, onGone) => spawnWorker(settings, handshakes, signal, onGone),
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
  const perWorker = program.hasTemplates ? Math.floor(options.templateMemory / options.executeWorkers) : 0;
  const spawned = spawnSettings('execute', inputs);
  const settings = {
    ...spawned,
    arguments: [
      ...spawned.arguments,
      ...(program.hasTemplates ? ['--template-memory-bytes', String(perWorker)] : []),
      ...(program.tellsDetail ? ['--execution-detail', '1'] : []),
    ],
  };
  const handshake = WorkerHandshake.encode({ securityStatus: security });
  const pool: WorkerPool<ExecutorParams, MaybeLater, ExecuteAnswer> = new WorkerPool({
    ...poolOptions('execute', inputs),
    spawn: (executorParams, signal, onGone) =>
      spawnWorker(settings, [handshake, ExecuteHandshake.encode({ executorParams })], signal, onGone),
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

function spawnSettings(kind: WorkerKind, { options, programs, workspace, cgroup, logger }: PipelineInputs) {
  const { path, untestedNode } = programs.get(kind);
  return {
    kind,
    program: path,
    // Only workers that name an untested Node know the flag.
    arguments: untestedNode === undefined ? [] : ['--allow-untested-node'],
    nodeVersion: options.nodeVersion,
    runDir: workspace.runDir,
    socketDir: workspace.socketDir,
    timeoutMs: options.spawnTimeoutMs,
    niceness: options.niceness[kind],
    log: options.workerLog,
    cgroup: programs.get(kind).takesCgroup ? cgroup : undefined,
    clock: options.clock,
    logger,
  } satisfies SpawnSettings;
}

type CommonPoolOptions = Pick<
  PoolOptions<unknown, unknown, unknown>,
  'kind' | 'clock' | 'logger' | 'idleMs' | 'maxJobs' | 'replaced' | 'observe'
>;

function poolOptions(
  kind: WorkerKind,
  { options, programs, metrics, logger }: PipelineInputs,
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
  };
}
