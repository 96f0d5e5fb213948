import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** An attempt to connect. The client tries one server after the other: what it made before is of no use any more. */
interface Attempt {
  state: 'runs' | 'given up' | 'over';
  newest: Socket | undefined;
}

const attempts = new AsyncLocalStorage<Attempt>();
let isWatching = false;

/**
 * Opens a connection and leaves no socket behind that is of no use. The client gives up a server that accepts and says
 * nothing, or that no packet reaches, but not the socket, which would then keep the process from ending:
 * `NodeTransport._closed` of @nats-io/transport-node 3.4.0 does nothing before there is a connection. Node tells of each
 * socket that is made (channel `net.client.socket`), and the asynchronous context tells for whom.
 * @param open connects nothing else
 * @param signal gives it up at once
 */
export async function withoutLeftovers<T>(open: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  watch();
  const attempt: Attempt = { state: 'runs', newest: undefined };
  const giveUp = (): void => {
    attempt.state = 'given up';
    attempt.newest?.destroy();
  };
  if (signal?.aborted) giveUp();
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    const opened = await attempts.run(attempt, open);
    // What the connection makes later, and who is called by it, are in the same context.
    attempt.state = 'over';
    return opened;
  } catch (error) {
    giveUp();
    throw error;
  } finally {
    signal?.removeEventListener('abort', giveUp);
    attempt.newest = undefined;
  }
}

function watch(): void {
  if (isWatching) return;
  isWatching = true;
  subscribe('net.client.socket', (message) => {
    const attempt = attempts.getStore();
    if (attempt === undefined || attempt.state === 'over') return;
    attempt.newest?.destroy();
    const { socket } = message as { socket: Socket };
    attempt.newest = socket;
    // Only then it begins to connect, and whoever made it listens.
    if (attempt.state === 'given up') process.nextTick(() => socket.destroy());
  });
}
