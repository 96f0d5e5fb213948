import { type Connection, failureOf } from '../connection/index.ts';

const LONGEST_PAUSE_MS = 5_000;
const LATE_MS = 10_000;

/** Waits, or until the signal. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** Waits longer each time: 50 ms at first. */
export function backoff(attempt: number): number {
  return Math.min(LONGEST_PAUSE_MS, 50 * 2 ** Math.min(attempt, 10));
}

export interface PublishOptions {
  readonly signal: AbortSignal;
  /** Called each time the store refuses for want of room; what it throws ends the attempts. */
  readonly onFull: (error: unknown) => void;
  /** Called with the last failure when servers have not taken it for ten seconds, and again after as long. */
  readonly onLate?: (error: unknown) => void;
}

/**
 * Writes one message unless its subject has one already, however often it takes: servers may come and go. That a try
 * whose answer was lost had succeeded does no harm: the next one finds it there.
 * @returns `exists` if the subject had one; `aborted` by the signal
 */
export async function publishOnce(
  { js, jsm }: Connection,
  stream: string,
  subject: string,
  message: Uint8Array,
  options: PublishOptions,
): Promise<'written' | 'exists' | 'aborted'> {
  const done = await untilWritten(options, async () => {
    try {
      await js.publish(subject, message, { timeout: 5_000, expect: { lastSubjectSequence: 0 } });
      return 'written';
    } catch (error) {
      if (failureOf(error) !== 'exists') throw error;
    }
    // A server also says so of a write that it has begun and that its end took away: only what can be read is there.
    return (await jsm.streams.getMessage(stream, { last_by_subj: subject })) === null ? undefined : 'exists';
  });
  return done ?? 'aborted';
}

/** Again and again until `write` says something else than undefined. @returns undefined by the signal */
export async function untilWritten<T>(
  { signal, onFull, onLate = () => {} }: PublishOptions,
  write: () => Promise<T | undefined>,
): Promise<T | undefined> {
  let late = performance.now() + LATE_MS;
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      const written = await write();
      if (written !== undefined) return written;
    } catch (error) {
      const kind = failureOf(error);
      if (kind === 'full') onFull(error);
      else if (kind !== 'passing') throw error;
      else if (performance.now() > late) {
        onLate(error);
        late = performance.now() + LATE_MS;
      }
    }
    await pause(backoff(attempt), signal);
  }
  return undefined;
}
