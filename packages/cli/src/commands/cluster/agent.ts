import { once } from 'node:events';
import { availableParallelism, hostname } from 'node:os';
import { join } from 'node:path';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { print, say } from '../../output/print.ts';
import { type Context, defaultCacheDir, type HostCommandOptions, withHost } from '../context.ts';
import { asCliError, type ClusterOptions, connection, onCluster } from './connect.ts';

export interface AgentCommandOptions extends HostCommandOptions, ClusterOptions {
  readonly id?: string;
  readonly jobs?: number;
  /** Seconds. */
  readonly grace?: number;
}

const DEFAULT_GRACE_S = 10;

/** `pvf cluster agent`: a host that takes its work from a cluster, until this process is told to end. */
export async function clusterAgent(context: Context, options: AgentCommandOptions): Promise<ExitCode> {
  const { io, terminal } = context;
  const jobs = options.jobs ?? availableParallelism();
  const id =
    options.id ??
    hostname()
      .replace(/[^A-Za-z0-9_-]/g, '-')
      .slice(0, 64);
  const [{ Agent }, { createLogger }] = await Promise.all([
    import('@pvf/cluster'),
    import('../../output/logger.ts'),
  ]);
  const directory = options.cache
    ? join(options.cacheDir ?? defaultCacheDir(io.env), 'cluster-code')
    : undefined;
  return withHost(
    context,
    options,
    async (host) => {
      const { node, version } = host.status().workers.execute;
      const agent = await onCluster(() =>
        Agent.start({
          ...connection(options),
          id,
          executor: host,
          engine: `Node ${node ?? 'unknown'}, workers ${version}`,
          workers: version,
          slots: jobs,
          ...(directory !== undefined && { codeDirectory: directory }),
          logger: createLogger(terminal, options.verbose === true),
        }),
      );
      terminal.done();
      if (options.json === true) await print(io, JSON.stringify({ command: 'cluster agent', id, jobs }));
      else await say(io, `agent ${id} takes ${jobs} jobs at once`);
      const asked = io.signal.aborted ? Promise.resolve() : once(io.signal, 'abort');
      const error = await Promise.race([agent.ended, asked.then(() => undefined)]);
      await agent.close((options.grace ?? DEFAULT_GRACE_S) * 1000);
      if (error !== undefined) throw asCliError(error);
      return EXIT.ok;
    },
    {
      executeWorkers: jobs,
      prepareWorkersHard: Math.max(2, Math.ceil(jobs / 2)),
      prepareWorkersSoft: Math.max(1, Math.ceil(jobs / 2)),
      maxPendingPerKind: Math.max(64, jobs),
    },
  );
}
