import type { Connection } from '../connection/index.ts';
import { failureOf } from '../connection/index.ts';

const LONGEST_PAUSE_MS = 5_000;

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

interface PublishOptions {
  readonly signal: AbortSignal;
  /** Called each time the store refuses for want of room; what it throws ends the attempts. */
  readonly onFull: (error: unknown) => void;
}

/**
 * Writes one message unless its subject has one already, however often it takes: servers may come and go. That a try
 * whose answer was lost had succeeded does no harm: the next one finds it there.
 * @returns `exists` if the subject had one; `aborted` by the signal
 */
export async function publishOnce(
  { js }: Connection,
  subject: string,
  message: Uint8Array,
  { signal, onFull }: PublishOptions,
): Promise<'written' | 'exists' | 'aborted'> {
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      await js.publish(subject, message, {
        timeout: 5_000,
        expect: { lastSubjectSequence: 0 },
      });
      return 'written';
    } catch (error) {
      const kind = failureOf(error);
      if (kind === 'exists') return 'exists';
      if (kind === 'full') onFull(error);
      else if (kind !== 'passing') throw error;
    }
    await pause(backoff(attempt), signal);
  }
  return 'aborted';
}
