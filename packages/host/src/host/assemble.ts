import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { RecordedBy } from '../artifact-identity.ts';
import { Artifacts } from '../artifacts/index.ts';
import type { HostCgroup } from '../cgroup/index.ts';
import type { WorkerKind } from '../errors.ts';
import { HostNews } from '../host-events.ts';
import { Metrics, SlownessWatch } from '../metrics/index.ts';
import { Executions, type HostServices } from '../request/index.ts';
import { enforceSecurity, openCgroup, probeSecurity, Trial, toSecurityStatus } from '../security/index.ts';
import { ArtifactStore } from '../store/index.ts';
import { Threads } from '../threads/index.ts';
import type { HostOptions, SecurityReport } from '../types.ts';
import { type Ask, EarlyWorkers, locateWorker, Programs, runProgram } from '../worker/index.ts';
import { requireCurrentDirectory } from './current-dir.ts';
import { type ResolvedOptions, resolveOptions } from './options.ts';
import {
  type ExecutePipeline,
  earlySpawnSettings,
  executePipeline,
  type PreparePipeline,
  preparePipeline,
} from './pipelines.ts';
import { startError } from './start-error.ts';
import { isOver, openWorkspace, ownTag, type Workspace } from './workspace.ts';

const ID_BYTES = 3;

/** Everything that a running host is made of. */
export interface RunningHost {
  /** Tells hosts apart in a log. */
  id: string;
  options: ResolvedOptions;
  logger: Logger;
  programs: Programs;
  security: SecurityReport;
  workspace: Workspace;
  cgroup: HostCgroup | undefined;
  news: HostNews;
  prepare: PreparePipeline;
  execute: ExecutePipeline;
  services: HostServices;
}

/**
 * Checks everything that can be checked before the first request, and wires the parts.
 * @throws HostError; nothing is left behind then
 */
export async function assemble(given: HostOptions): Promise<RunningHost> {
  requireCurrentDirectory();
  const options = resolveOptions(given);
  const { clock, registry } = options;
  const id = randomBytes(ID_BYTES).toString('hex');
  const logger = options.logger.child({ host: id });
  const at = {
    prepare: locateWorker('prepare', options.workers.prepare),
    execute: locateWorker('execute', options.workers.execute),
  };
  const workspace = await openWorkspace(options.cacheDir, options.allowGroupWritableCacheDir);
  const threads = new Threads(options.threads);
  let cgroup: HostCgroup | undefined;
  const early = new EarlyWorkers();
  const askOf =
    (kind: WorkerKind): Ask =>
    (path, args, timeoutMs) =>
      early.ask(earlySpawnSettings(kind, path, { options, workspace, logger }), args, timeoutMs);
  try {
    const checkDir = await mkdtemp(join(workspace.runDir, 'check-'));
    const { nodeVersion, allowUntestedNode } = options;
    const expected = { version: nodeVersion, allowUntestedNode };
    const ask = options.without.includes('early-workers')
      ? { prepare: runProgram, execute: runProgram }
      : { prepare: askOf('prepare'), execute: askOf('execute') };
    const programs = await Programs.probe(at, expected, checkDir, ask, logger);
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
    const inputs = {
      options,
      programs,
      workspace,
      metrics,
      news,
      logger,
      early,
      threads,
      security: toSecurityStatus(report),
      cgroup,
    };
    const recordedBy: RecordedBy = programs.get('prepare').recordsArtifacts ? 'worker' : 'host';
    const store = new ArtifactStore(workspace.cacheDir, threads, recordedBy);
    const prepare = preparePipeline(inputs, store);
    const disk = { bytes: options.artifactCacheLimit, minStaleMs: options.artifactMinStaleMs };
    const artifacts = new Artifacts({ clock, logger, metrics, news, store, queue: prepare.queue, disk });
    const execute = executePipeline(inputs);
    const executions = new Executions(execute.queue, metrics, slowness);
    const { engine } = programs;
    const { retryPauseMs } = options;
    const services: HostServices = {
      clock,
      logger,
      metrics,
      slowness,
      threads,
      artifacts,
      executions,
      engine,
      retryPauseMs,
    };
    try {
      await Promise.all([
        store.restore(engine, options.keepArtifacts).then((found) => artifacts.restore(found)),
        programs.takeTrial &&
          new Trial(workspace.runDir).run({ prepare: prepare.queue, execute: execute.queue }),
      ]);
    } catch (error) {
      await Promise.all([prepare.pool.close(), execute.pool.close()]);
      throw error;
    }
    prepare.queue.reportTo(artifacts);
    execute.queue.reportTo(executions);
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
