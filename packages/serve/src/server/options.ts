import type { PvfHost } from '@pvf/host';
import type { Logger } from 'pino';
import { ServeError } from '../errors.ts';
import type { Layer } from '../schemas/index.ts';
import { DEFAULT_LIMITS, type Inspect, type ReadCluster, type ServiceLimits } from '../service/index.ts';
import { isLoopback } from './listen.ts';

/** A listener on TCP, which asks for a token. */
export interface TcpOptions {
  /** 0 lets the kernel choose one. */
  readonly port: number;
  /** Default 127.0.0.1. Any other than the loopback interface's needs `allowRemote`. */
  readonly address?: string;
  /** What every request must bring; at least 16 characters. */
  readonly token: string;
  /** Listen where other machines can ask: what they send and get, the token too, is readable on the way. */
  readonly allowRemote?: boolean;
  /** Names of this machine that a Host header may have, beside localhost. */
  readonly hostNames?: readonly string[];
}

/** What a service is made of. */
export interface PvfServerOptions {
  /** Runs as long as the service; whoever started it closes it, unless `closeHost` is set. */
  readonly host: PvfHost;
  /** Path of a Unix socket, which only this user may connect to; no token is asked for there. */
  readonly socket?: string;
  /** A listener on TCP; beside the socket, or in its place. */
  readonly tcp?: TcpOptions;
  /** Those that differ from {@link DEFAULT_LIMITS}; each a whole number from 1 on. */
  readonly limits?: Partial<ServiceLimits>;
  /** Default: nothing is logged. */
  readonly logger?: Logger;
  /** Close the host together with the service. Default false. */
  readonly closeHost?: boolean;
  /** Directory of the dashboard's files, which are read once; default: that of this package; false for none. */
  readonly dashboard?: string | false;
  /** Words and remedies of the layers of isolation for the status. */
  readonly layers?: (host: PvfHost) => Layer[];
  /** Looks into a module, isolated from this process; without it there is no inspection. */
  readonly inspect?: Inspect;
  /** Reads what a cluster is doing, for `GET /v1/cluster` and the page; without it there is none. */
  readonly cluster?: ReadCluster;
}

const LEAST_TOKEN = 16;
const MAX_PORT = 65_535;

/** @throws ServeError INVALID_OPTION */
export function checkOptions({ socket, tcp, limits }: PvfServerOptions): ServiceLimits {
  const invalid = (option: string, message: string) =>
    new ServeError('INVALID_OPTION', { option }, `option ${option} ${message}`);
  if (socket === undefined && tcp === undefined)
    throw invalid('socket', 'or tcp must be given: nobody could ask');
  if (tcp !== undefined) {
    const { port, address = '127.0.0.1', token, allowRemote = false } = tcp;
    if (!Number.isInteger(port) || port < 0 || port > MAX_PORT)
      throw invalid('tcp.port', `must be 0 to ${MAX_PORT}`);
    if (!isLoopback(address) && !allowRemote)
      throw invalid(
        'tcp.address',
        `${address} can be reached from other machines: set tcp.allowRemote too if that is meant`,
      );
    if (!(token.length >= LEAST_TOKEN && /^[\x21-\x7e]+$/.test(token)))
      throw invalid('tcp.token', `must have at least ${LEAST_TOKEN} printable characters and no space`);
  }
  for (const [name, value] of Object.entries(limits ?? {}))
    if (!Number.isSafeInteger(value) || value < 1)
      throw invalid(`limits.${name}`, 'must be a whole number from 1 on');
  return { ...DEFAULT_LIMITS, ...limits };
}
