import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { RecordedBy } from '../artifact-identity.ts';
import { ArtifactStore, Artifacts, boundDiskUse } from '../artifacts/index.ts';
import type { HostCgroup } from '../cgroup/index.ts';
import { PvfCode } from '../code.ts';
import type { WorkerKind } from '../errors.ts';
import { HostNews } from '../host-events.ts';
import { Metrics, SlownessWatch } from '../metrics/index.ts';
import { Executions, type HostServices } from '../request/index.ts';
import { enforceSecurity, openCgroup, probeSecurity, Trial, toSecurityStatus } from '../security/index.ts';
import { startThreads, type Threads, toShared } from '../threads/index.ts';
import type { CodeInput, HostOptions, SecurityReport } from '../types.ts';
import { type Ask, EarlyWorkers, locateWorker } from '../worker/index.ts';
import { type ResolvedOptions, resolveOptions } from './options.ts';
import { earlySpawnSettings, executePipeline, preparePipeline } from './pipelines.ts';
import { Programs } from './programs.ts';
import { startError } from './start-error.ts';
import { isOver, openWorkspace, ownTag, type Workspace } from './workspace.ts';

const ID_BYTES = 3;

/** Everything that a running host is made of. */
export type RunningHost = {
  /** Tells hosts apart in a log. */
  id: string;
  options: ResolvedOptions;
  logger: Logger;
  programs: Programs;
  security: SecurityReport;
  workspace: Workspace;
  cgroup: HostCgroup | undefined;
  news: HostNews;
  prepare: ReturnType<typeof preparePipeline>;
  execute: ReturnType<typeof executePipeline>;
  services: HostServices;
};

/**
 * Checks everything that can be checked before the first request, and wires the parts.
 * @throws HostError; nothing is left behind then
 */
export async function assemble(given: HostOptions): Promise<RunningHost> {
  const options = resolveOptions(given);
  const { clock, registry } = options;
  const id = randomBytes(ID_BYTES).toString('hex');
  const logger = options.logger.child({ host: id });
  const at = {
    prepare: locateWorker('prepare', options.workers.prepare),
    execute: locateWorker('execute', options.workers.execute),
  };
  const workspace = await openWorkspace(options.cacheDir, options.allowGroupWritableCacheDir);
  const threads = startThreads(options.threads);
  let cgroup: HostCgroup | undefined;
  const early = new EarlyWorkers();
  const askOf =
    (kind: WorkerKind): Ask =>
    (path, args, timeoutMs) =>
      early.ask(earlySpawnSettings(kind, path, { options, workspace, logger }), args, timeoutMs);
  try {
    const checkDir = await mkdtemp(join(workspace.runDir, 'check-'));
    const { nodeVersion, allowUntestedNode } = options;
    const programs = await Programs.probe(at, { version: nodeVersion, allowUntestedNode }, checkDir, {
      prepare: askOf('prepare'),
      execute: askOf('execute'),
    });
    for (const { kind, node, untestedNode } of [programs.get('prepare'), programs.get('execute')])
      if (untestedNode !== undefined)
        logger.warn({ kind, node }, `${untestedNode}: answers may differ from those of other validators`);
    const opened = await openCgroup(options.cgroup, {
      programs: [programs.get('prepare'), programs.get('execute')],
      tag: `${ownTag()}-${id}`,
      isOver: (tag, at) => isOver(tag, statSync(at)),
      logger,
    });
    cgroup = opened.group;
    const layers = await probeSecurity(programs.get('prepare'), checkDir, options.secureMode);
    const report: SecurityReport = { ...layers, cgroup: opened.feature };
    await rm(checkDir, { recursive: true, force: true });
    enforceSecurity(report, logger);
    for (const [part, reason] of Object.entries(programs.get('prepare').lost))
      logger.warn(
        { part, reason },
        'a part of the isolation of jobs is lost here; the other layers stand in for it',
      );
    const metrics = new Metrics(registry);
    metrics.security(report);
    const news = new HostNews(logger);
    const slowness = new SlownessWatch(clock, logger, metrics, news);
    const setting = {
      options,
      programs,
      workspace,
      metrics,
      news,
      logger,
      early,
      security: toSecurityStatus(report),
      cgroup,
    };

    const recordedBy: RecordedBy = programs.get('prepare').recordsArtifacts ? 'worker' : 'host';
    const store = new ArtifactStore(workspace.cacheDir, threads, recordedBy);
    const trial = new Trial(workspace.runDir);
    const prepare = preparePipeline(setting, (message) => {
      if (trial.takesPreparation(message)) return;
      if (message.type !== 'started') metrics.prepareConcluded();
      artifacts.handle(message);
    });
    const artifacts = new Artifacts({
      clock,
      logger,
      store,
      toQueue: (message) => {
        if (message.type === 'enqueue') metrics.prepareEnqueued();
        if (message.type === 'cancel') metrics.prepareConcluded();
        prepare.queue.handle(message);
      },
      observe: (event) => metrics.cache(event),
      onPrepared: (stats, { identity: { codeHash, prepHash }, size }) => {
        metrics.prepared(stats);
        news.tell('artifact-prepared', () => ({ codeHash, prepHash, sizeBytes: size, stats }));
        // Once the new artifact counts.
        setImmediate(() => {
          boundDiskUse(artifacts, options.artifactCacheLimit, options.artifactMinStaleMs).catch(
            (error: unknown) => logger.warn({ error: String(error) }, 'pruning failed'),
          );
        });
      },
      onFinalFailure: (error) => metrics.gaveUp(error.type),
    });
    const execute = executePipeline(setting, (message) => {
      if (!trial.takesExecution(message)) executions.handle(message);
    });
    const executions = new Executions((message) => execute.queue.handle(message), metrics, slowness);

    const services: HostServices = {
      clock,
      logger,
      metrics,
      slowness,
      threads,
      artifacts,
      executions,
      engine: programs.engine,
      cacheDir: workspace.cacheDir,
      retryPauseMs: options.retryPauseMs,
      recordedBy,
      importCode: (code) => importCode(threads, code),
    };
    try {
      await Promise.all([
        store.restore(programs.engine, options.keepArtifacts).then((found) => artifacts.restore(found)),
        programs.takeTrial && trial.run({ prepare: prepare.queue, execute: execute.queue }),
      ]);
    } catch (error) {
      await Promise.all([prepare.pool.close(), execute.pool.close()]);
      throw error;
    }
    await early.dispose();
    return {
      ...{ id, options, logger, programs, security: report, workspace, cgroup, news },
      ...{ prepare, execute, services },
    };
  } catch (error) {
    await early.dispose();
    await threads.close();
    await cgroup?.remove();
    await workspace.remove();
    throw startError(error, workspace.cacheDir);
  }
}

async function importCode(threads: Threads, code: CodeInput): Promise<PvfCode> {
  if (code instanceof PvfCode) return code;
  const bytes = await toShared(code);
  return new PvfCode(bytes, await threads.run('hash', { bytes }));
}
