import { homedir } from 'node:os';
import { join } from 'node:path';
import type { HostOptions, PvfHost, SecurityReport } from '@pvf/host';
import { LAYERS } from '../layers.ts';
import type { Io } from '../output/print.ts';
import { Terminal } from '../output/terminal.ts';
import { expectedWorkerVersion } from '../version.ts';

/** Options of every command that prints. */
export interface OutputOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** Options of every command that needs a host. */
export interface HostCommandOptions extends OutputOptions {
  readonly cacheDir?: string;
  /** False with `--no-cache`. */
  readonly cache: boolean;
  readonly insecure?: boolean;
  readonly allowUntestedNode?: boolean;
  readonly prepareWorker?: string;
  readonly executeWorker?: string;
}

/** What a command has at hand. */
export interface Context {
  readonly io: Io;
  readonly terminal: Terminal;
}

export function createContext(io: Io, options: OutputOptions): Context {
  return { io, terminal: new Terminal(io.stderr, { quiet: options.quiet === true }) };
}

/** Runs `use` with a host that is closed afterwards, whatever happens. */
export async function withHost<T>(
  context: Context,
  options: HostCommandOptions,
  use: (host: PvfHost) => Promise<T>,
  overrides: HostOptions = {},
): Promise<T> {
  context.terminal.step('starting');
  const { PvfHost } = await import('@pvf/host');
  const host = await PvfHost.start({ ...(await hostOptions(context, options)), ...overrides });
  try {
    if (overrides.secureMode !== false) warnOfMissingLayers(context, host.security);
    return await use(host);
  } finally {
    context.terminal.done();
    await host.close();
  }
}

/** What a machine lacks is said each time, also with --quiet. */
function warnOfMissingLayers({ terminal }: Context, security: SecurityReport): void {
  for (const [layer, words] of LAYERS) {
    const feature = security[layer];
    if (!feature.available) terminal.message(`warning: jobs run without ${words}: ${feature.reason}`);
  }
}

/** The directory that keeps artifacts from one call of `pvf` to the next, as the XDG base directory rules say. */
export function defaultCacheDir(env: Io['env']): string {
  const base = env.XDG_CACHE_HOME;
  return join(base?.startsWith('/') ? base : join(env.HOME ?? homedir(), '.cache'), 'pvf');
}

/** What a host is started with for these options of a command. */
export async function hostOptions(
  { io, terminal }: Context,
  options: HostCommandOptions,
): Promise<HostOptions> {
  const { createLogger } = await import('../output/logger.ts');
  const { prepareWorker, executeWorker } = options;
  const nodeVersion = expectedWorkerVersion();
  return {
    ...(nodeVersion !== undefined && { nodeVersion }),
    ...(options.cache && { cacheDir: options.cacheDir ?? defaultCacheDir(io.env) }),
    keepArtifacts: true,
    secureMode: options.insecure !== true,
    allowUntestedNode: options.allowUntestedNode === true,
    executeWorkers: 1,
    prepareWorkersHard: 1,
    workers: {
      ...(prepareWorker !== undefined && { prepare: prepareWorker }),
      ...(executeWorker !== undefined && { execute: executeWorker }),
    },
    ...(options.verbose === true && { workerLog: 'debug' }),
    logger: createLogger(terminal, options.verbose === true),
  };
}
