import { type EventSourceMessage, EventSourceParserStream } from 'eventsource-parser/stream';

/** How the page stands to the service. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'open' }
  /** @property retryAt when the next attempt is made, milliseconds since the epoch */
  | { readonly state: 'lost'; readonly since: number; readonly retryAt: number; readonly reason: string }
  /** The service wants a token. */
  | { readonly state: 'refused'; readonly status: number };

export interface FollowOptions {
  /** Opens the stream of events behind the last one that was seen. */
  readonly open: (lastEventId: string | undefined, signal: AbortSignal) => Promise<Response>;
  readonly onEvent: (message: EventSourceMessage) => void;
  readonly onConnection: (connection: Connection) => void;
  readonly signal: AbortSignal;
  readonly now?: () => number;
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 5_000;

/** Comments keep a stream without events alive; one that is silent for that long is dead. */
const SILENCE_MS = 45_000;

/** Largest event that is read: a service gone mad must not fill this page's memory. Characters. */
const LARGEST_EVENT = 4 * 1_024 * 1_024;

/**
 * Follows the service's events until the signal, through restarts of the service: after a break it asks for what came
 * behind the last event that it saw. (The browser's own EventSource tells no status, and so not whether a token is
 * missing or the service is away.)
 */
export async function follow(options: FollowOptions): Promise<void> {
  const { open, onEvent, onConnection, signal, now = Date.now, wait = pause } = options;
  let lastEventId: string | undefined;
  let retryMs = FIRST_RETRY_MS;
  let lostSince: number | undefined;
  onConnection({ state: 'connecting' });
  while (!signal.aborted) {
    let reason: string;
    const attempt = new AbortController();
    const either = AbortSignal.any([signal, attempt.signal]);
    try {
      const response = await open(lastEventId, either);
      if (response.status === 401 || response.status === 403) {
        onConnection({ state: 'refused', status: response.status });
        return;
      }
      if (!response.ok || response.body === null) throw new Error(`the service answered ${response.status}`);
      onConnection({ state: 'open' });
      lostSince = undefined;
      retryMs = FIRST_RETRY_MS;
      await read(response.body, attempt, (message) => {
        if (message.id !== undefined) lastEventId = message.id;
        onEvent(message);
      });
      reason = 'the service ended the connection';
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    if (signal.aborted) return;
    const at = now();
    lostSince ??= at;
    onConnection({ state: 'lost', since: lostSince, retryAt: at + retryMs, reason });
    await wait(retryMs, signal);
    retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
  }
}

async function read(
  body: ReadableStream<Uint8Array>,
  attempt: AbortController,
  onEvent: (message: EventSourceMessage) => void,
): Promise<void> {
  const dead = (): void => attempt.abort(new Error('the service has been silent for too long'));
  let silence = setTimeout(dead, SILENCE_MS);
  const watched = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      clearTimeout(silence);
      silence = setTimeout(dead, SILENCE_MS);
      controller.enqueue(chunk);
    },
  });
  try {
    const events = body
      .pipeThrough(watched)
      .pipeThrough(new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>)
      .pipeThrough(new EventSourceParserStream({ maxBufferSize: LARGEST_EVENT }))
      .getReader();
    for (;;) {
      const { done, value } = await events.read();
      if (done) return;
      onEvent(value);
    }
  } finally {
    clearTimeout(silence);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}
