import { readFileSync } from 'node:fs';
import type { ConnectOptions } from '@pvf/cluster';
import { CliError } from '../../errors.ts';
import type { HostCommandOptions } from '../context.ts';

/** Options that say which servers, and as whom. */
export interface ClusterOptions {
  /** Of `pvf cluster`. */
  readonly nats?: string;
  /** Of commands that can do without. */
  readonly cluster?: string;
  readonly creds?: string;
  readonly nkey?: string;
  readonly user?: string;
  readonly passwordFile?: string;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly storeBytes?: number;
}

/** Options of commands that can give their work to a cluster. */
export interface ClusterRunOptions extends ClusterOptions {
  readonly name?: string;
  readonly redundancy?: number;
}

/** @throws CliError INPUT_FILE, BAD_USAGE */
export function connection(options: ClusterOptions): ConnectOptions & { limits: { storeBytes?: number } } {
  const { nats, cluster, creds, nkey, user, tlsCa, tlsCert, tlsKey, storeBytes } = options;
  const password = passwordIn(options);
  const tls = {
    ...(tlsCa !== undefined && { ca: tlsCa }),
    ...(tlsCert !== undefined && { cert: tlsCert }),
    ...(tlsKey !== undefined && { key: tlsKey }),
  };
  return {
    servers: nats ?? cluster ?? '',
    ...(creds !== undefined && { credentials: creds }),
    ...(nkey !== undefined && { nkey }),
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
    ...(Object.keys(tls).length > 0 && { tls }),
    limits: storeBytes === undefined ? {} : { storeBytes },
  };
}

/** A password on the command line is everybody's who may list processes. */
function passwordIn({ user, passwordFile }: ClusterOptions): string | undefined {
  if (passwordFile === undefined) return undefined;
  if (user === undefined)
    throw usage(
      '--password-file',
      '--password-file is of use only with --user',
      'name the user: --user NAME',
    );
  try {
    return readFileSync(passwordFile, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const errno = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new CliError(
      'INPUT_FILE',
      { path: passwordFile, errno },
      `cannot read the password ${passwordFile}: ${errno}`,
      'name a file with the password in one line',
    );
  }
}

/** Runs `use`; an error of `@pvf/cluster` becomes one of this program's, any other stays as it is. */
export async function onCluster<T>(use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    throw asCliError(error);
  }
}

export function asCliError(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'ClusterError') return error;
  const { code, meta, message } = error as Error & { code: string; meta: object };
  // Its messages tell the cause, then what to do.
  const [, cause = message, remedy = 'see docs/cluster.md'] = /^(.*?)[;:] ([^;:]+)$/s.exec(message) ?? [];
  return new CliError('CLUSTER', { reason: code, details: meta }, cause, remedy, { cause: error });
}

const ONLY_WITH_CLUSTER = [
  ...(['name', 'redundancy', 'creds', 'nkey', 'user', 'passwordFile'] as const),
  ...(['tlsCa', 'tlsCert', 'tlsKey', 'storeBytes'] as const),
];

/** What says how to use a cluster is refused where none is named. @throws CliError BAD_USAGE */
export function requireCluster(options: ClusterRunOptions): void {
  if (options.cluster !== undefined) return;
  const given = ONLY_WITH_CLUSTER.find((option) => options[option] !== undefined);
  if (given === undefined) return;
  throw usage(
    dashed(given),
    `${dashed(given)} is of use only with --cluster`,
    'name the servers: --cluster nats://HOST:PORT',
  );
}

/** What has no effect on a cluster is refused, too: its agents have their own. @throws CliError BAD_USAGE */
export function requireClusterUsage(
  options: ClusterRunOptions & Partial<HostCommandOptions>,
  local: Readonly<Record<string, unknown>>,
): void {
  requireCluster(options);
  if (options.cluster === undefined) return;
  const { cacheDir, insecure, allowUntestedNode, prepareWorker, executeWorker } = options;
  const all = { ...local, cacheDir, insecure, allowUntestedNode, prepareWorker, executeWorker };
  const given = Object.entries(all).find(([, value]) => value !== undefined)?.[0];
  if (given === undefined) return;
  const option = dashed(given);
  throw usage(
    option,
    `${option} has no effect with --cluster`,
    `leave it out: each agent has its own (pvf cluster agent --help)`,
  );
}

function dashed(option: string): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function usage(option: string, cause: string, remedy: string): CliError<'BAD_USAGE'> {
  return new CliError('BAD_USAGE', { option }, cause, remedy);
}
