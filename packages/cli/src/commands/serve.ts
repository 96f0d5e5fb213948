import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import type { PvfServer, TcpOptions } from '@pvf/serve';
import { serviceLayers } from '../doctor/layers.ts';
import { CliError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { readInput } from '../input/file.ts';
import { isolatedInspection } from '../inspector/run.ts';
import { type Io, print, say } from '../output/print.ts';
import type { ClusterOptions } from './cluster/connect.ts';
import { monitorOf } from './cluster/monitor.ts';
import { type Context, type HostCommandOptions, withHost } from './context.ts';

export interface ServeCommandOptions extends HostCommandOptions, ClusterOptions {
  readonly socket?: string;
  readonly listen?: string;
  readonly tokenFile?: string;
  readonly allowRemote?: boolean;
  readonly jobs?: number;
}

/** As many as a host has by itself. */
const DEFAULT_JOBS = 2;
const PREPARATIONS = 2;
const TOKEN_BYTES = 24;

/** `pvf serve`: a host behind a Unix socket, TCP or both, until this process is told to end. */
export async function serve(context: Context, options: ServeCommandOptions): Promise<ExitCode> {
  const { io, terminal } = context;
  const monitor = await monitorOf(options);
  const tcp = await tcpOf(options, io);
  const socket = options.socket ?? (tcp === undefined ? defaultSocket(io.env) : undefined);
  const workers = { executeWorkers: options.jobs ?? DEFAULT_JOBS, prepareWorkersHard: PREPARATIONS };
  const [{ PvfServer }, { createLogger }] = await Promise.all([
    import('@pvf/serve'),
    import('../output/logger.ts'),
  ]);
  const inspect = isolatedInspection(options.insecure !== true);
  return withHost(
    context,
    options,
    async (host) => {
      const server = await PvfServer.start({
        host,
        ...(socket !== undefined && { socket }),
        ...(tcp !== undefined && { tcp }),
        logger: createLogger(terminal, options.verbose === true),
        layers: serviceLayers,
        ...(inspect !== undefined && { inspect }),
        ...(monitor !== undefined && { cluster: () => monitor.read() }),
      }).catch((error: unknown) => {
        throw asCliError(error);
      });
      try {
        terminal.done();
        await tellReady(io, options, server, options.tokenFile === undefined ? tcp?.token : undefined);
        if (!io.signal.aborted) await once(io.signal, 'abort');
      } finally {
        await server.close().finally(() => monitor?.close());
      }
      return EXIT.ok;
    },
    workers,
  );
}

/** @param token one that nobody knows yet; it goes behind `#`, which browsers keep to themselves */
async function tellReady(
  io: Io,
  { json }: ServeCommandOptions,
  { socket, url }: PvfServer,
  token: string | undefined,
): Promise<void> {
  const page = url === undefined ? undefined : `${url}/${token === undefined ? '' : `#${token}`}`;
  if (json === true) return print(io, JSON.stringify({ command: 'serve', socket, url, page, token }));
  const lines = [
    ...(socket === undefined ? [] : [`socket  ${socket}`]),
    ...(page === undefined ? [] : [`page    ${page}`]),
  ];
  return say(io, lines.join('\n'));
}

async function tcpOf(options: ServeCommandOptions, io: Io): Promise<TcpOptions | undefined> {
  const { listen, tokenFile, allowRemote = false } = options;
  if (listen === undefined) {
    const option = tokenFile !== undefined ? '--token-file' : allowRemote ? '--allow-remote' : undefined;
    if (option === undefined) return undefined;
    throw usage(option, `${option} is for TCP alone`, 'give --listen 127.0.0.1:PORT too, or leave it out');
  }
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(listen) ?? [];
  const address = bracketed ?? plain;
  if (address === undefined || port === undefined || Number(port) > 0xffff)
    throw usage(
      '--listen',
      `--listen ${listen} is not an address with a port`,
      'give it as 127.0.0.1:9615 or [::1]:9615',
    );
  const token =
    tokenFile === undefined
      ? randomBytes(TOKEN_BYTES).toString('base64url')
      : Buffer.from(await readInput(tokenFile, 'token', io.stdin))
          .toString('utf8')
          .trim();
  return { address, port: Number(port), token, allowRemote };
}

function defaultSocket(env: Io['env']): string {
  const base = env.XDG_RUNTIME_DIR;
  if (base?.startsWith('/')) return join(base, 'pvf.sock');
  throw usage(
    '--socket',
    'there is no place for the socket: XDG_RUNTIME_DIR is not set',
    'name one with --socket, or listen on TCP with --listen 127.0.0.1:PORT',
  );
}

const OPTIONS: Readonly<Record<string, readonly [option: string, remedy: string]>> = {
  'tcp.address': ['--listen', 'listen on 127.0.0.1, or give --allow-remote too if that is meant'],
  'tcp.token': ['--token-file', 'make one: head -c 24 /dev/urandom | base64'],
};

/** An error of `@pvf/serve` as one of this program's; any other as it is. */
function asCliError(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'ServeError') return error;
  const { code, meta, message } = error as Error & { code: string; meta: { option?: string } };
  const [option, remedy] = OPTIONS[meta.option ?? ''] ?? [];
  if (option !== undefined && remedy !== undefined) return usage(option, message, remedy);
  const other = 'choose another with --socket or --listen, or end what has it';
  return new CliError('SERVE', { reason: code, details: meta }, message, other);
}

function usage(option: string, cause: string, remedy: string): CliError<'BAD_USAGE'> {
  return new CliError('BAD_USAGE', { option }, cause, remedy);
}
