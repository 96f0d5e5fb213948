import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { HostOptions, PvfHost, SecurityReport } from '@pvf/host';
import { isReaderGone, OutputError } from '../output/stream-errors.ts';
import { type Output, Terminal } from '../output/terminal.ts';
import { expectedWorkerVersion } from '../version.ts';

/** Where a command reads and writes: the process's own, or a test's. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Default: the process's own. */
  readonly stdin?: Readable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
}

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

/**
 * Prints to stdout and waits until it is taken: a pipe's reader may be slow, and the process ends afterwards. That the
 * reader has gone changes nothing about a verdict.
 */
export function print(io: Io, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    io.stdout.write(`${text}\n`, (error) =>
      error && !isReaderGone(error) ? reject(new OutputError(error)) : resolve(),
    );
  });
}

/** Prints text for people: on a terminal, lines break between words at its width, with the indent of their first. */
export async function say(io: Io, text: string): Promise<void> {
  const { isTTY, columns } = io.stdout;
  if (isTTY !== true || columns === undefined) return print(io, text);
  const { default: wrapAnsi } = await import('wrap-ansi');
  const wrapped = text.split('\n').flatMap((line) => {
    const indent = /^ */.exec(line)?.[0] ?? '';
    const lines = wrapAnsi(line.trimStart(), columns - indent.length, { hard: true, trim: false }).split(
      '\n',
    );
    return lines.map((part) => `${indent}${part}`.trimEnd());
  });
  return print(io, wrapped.join('\n'));
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

/** Layers of isolation, with the words for a person. */
export const LAYERS = [
  ['seccomp', 'system call filter (seccomp)'],
  ['landlock', 'file system and network rules (Landlock)'],
  ['changeRoot', 'own root directory (user and mount namespaces)'],
  ['secureClone', 'own namespaces for each job'],
] as const;

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
