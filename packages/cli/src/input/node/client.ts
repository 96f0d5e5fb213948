import { CliError } from '../../errors.ts';

/** Calls a method of a node's JSON-RPC interface. */
export type Rpc = (method: string, params: unknown[]) => Promise<unknown>;

const CONNECT_MS = 15_000;
/** A relay chain's runtime takes seconds over a slow line. */
const ANSWER_MS = 120_000;

/**
 * Asks a node through polkadot-api's client, and leaves no connection behind. Only methods that read are called.
 * @throws CliError NODE, BAD_USAGE
 */
export async function withNode<T>(
  url: string,
  signal: AbortSignal,
  use: (rpc: Rpc) => Promise<T>,
): Promise<T> {
  if (!/^wss?:\/\/[^/\s]+/.test(url)) {
    throw new CliError(
      'BAD_USAGE',
      { option: '--url' },
      `--url ${url} is not the address of a node`,
      'give ws://HOST:PORT or wss://HOST, the address of its JSON-RPC interface',
    );
  }
  const [{ createClient }, { getWsProvider, WsEvent }] = await Promise.all([
    import('@polkadot-api/substrate-client'),
    import('@polkadot-api/ws-provider'),
  ]);
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => {});
  const connected = Promise.withResolvers<void>();
  const provider = getWsProvider(url, {
    timeout: CONNECT_MS,
    onStatusChanged: ({ type }) => {
      if (type === WsEvent.CONNECTED) connected.resolve();
      // It would try again for ever.
      if (type === WsEvent.ERROR || type === WsEvent.CLOSE) lost.reject(unreachable(url));
    },
  });
  const client = createClient(provider);
  const stop = () => lost.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    await within(Promise.race([connected.promise, lost.promise]), CONNECT_MS, unreachable(url));
    return await use((method, params) => {
      const slow = new CliError(
        'NODE',
        { url, method },
        `node ${url} does not answer ${method}`,
        'try again, or ask another node',
      );
      const answer = client.request<unknown>(method, params).catch((error: unknown) => {
        throw refused(url, method, error);
      });
      return within(Promise.race([answer, lost.promise]), ANSWER_MS, slow);
    });
  } finally {
    signal.removeEventListener('abort', stop);
    client.destroy();
  }
}

async function within<T>(promise: Promise<T>, ms: number, late: Error): Promise<T> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeout.reject(late), ms);
  try {
    return await Promise.race([promise, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function unreachable(url: string): CliError<'NODE'> {
  return new CliError(
    'NODE',
    { url, method: undefined },
    `no connection to node ${url}`,
    'check that it runs, its port (--rpc-port), and that it accepts calls from here (--rpc-external)',
  );
}

/** The node's own words, with what to do about those that people meet. */
function refused(url: string, method: string, error: unknown): CliError<'NODE'> {
  const text = (error instanceof Error ? error.message : String(error)).replace(/\p{C}/gu, ' ').slice(0, 300);
  const remedy = /discarded|pruned/i.test(text)
    ? 'it has thrown the state of this block away: ask an archive node (--state-pruning archive)'
    : /unknown ?block|not found|Header was not/i.test(text)
      ? 'it does not know this block: check --at, and that it is a node of the chain'
      : /unsafe/i.test(text)
        ? 'it refuses this call from here: ask a node of your own, or start it with --rpc-methods unsafe'
        : 'ask another node';
  return new CliError('NODE', { url, method }, `node ${url} refuses ${method}: ${text}`, remedy);
}
