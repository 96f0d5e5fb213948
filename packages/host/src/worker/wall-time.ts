import type { Clock } from '../clock.ts';
import { type Connection, ConnectionError } from './connection.ts';

/**
 * Wall time that a job gets per unit of CPU time. Lenient, because a busy machine stretches wall time; only a
 * worker that hangs comes near it (the reference's JOB_TIMEOUT_WALL_CLOCK_FACTOR).
 */
export const WALL_CLOCK_FACTOR = 4;
const WALL_FACTOR = BigInt(WALL_CLOCK_FACTOR);

const NS_PER_MS = 1_000_000n;

/** A timer that fires later than that tells of a host that stood still itself, not of a worker that hangs. */
const MAX_LATE_MS = 250;

/** What a job used, and what it might have used. Milliseconds. */
export interface TimeSpent {
  /** `used-up`: all of it, says the worker, which has no number for it. Undefined if nobody can tell. */
  cpuTimeMs: number | 'used-up' | undefined;
  wallTimeMs: number;
  cpuLimitMs: number;
  wallLimitMs: number;
}

/** @param cpuTime see `TimeSpent`; exact numbers in nanoseconds */
export function timeSpent(
  cpuLimitNs: bigint,
  wallTimeMs: number,
  cpuTime: bigint | TimeSpent['cpuTimeMs'],
): TimeSpent {
  const cpuTimeMs = typeof cpuTime === 'bigint' ? Number(cpuTime / NS_PER_MS) : cpuTime;
  const cpuLimitMs = Number(cpuLimitNs / NS_PER_MS);
  return { cpuTimeMs, wallTimeMs, cpuLimitMs, wallLimitMs: cpuLimitMs * WALL_CLOCK_FACTOR };
}

/** What came of asking a worker. Times are milliseconds from the request. */
export type Exchange =
  | { type: 'frame'; frame: Uint8Array; wallTimeMs: number }
  | { type: 'timeout'; wallTimeMs: number }
  /** The connection broke while the worker had the request. */
  | { type: 'broken'; message: string; wallTimeMs: number }
  /** The worker did not get the whole request, or did not read it, so it did not begin. */
  | { type: 'not-sent'; message: string };

/**
 * Sends a request and waits for the frame that answers it, for four times its CPU time at most. Never rejects.
 *
 * Time in which this process stood still (stopped, or its event loop blocked) is given once more: the answer may be
 * here, unread, and a candidate must not be invalid for that.
 */
export async function ask(
  clock: Clock,
  cpuLimitNs: bigint,
  connection: Pick<Connection, 'send' | 'receive'>,
  payload: readonly Uint8Array[],
  onSent: () => void,
): Promise<Exchange> {
  const startedAt = clock.now();
  const wallTimeMs = (): number => clock.now() - startedAt;
  let sent = false;
  return await new Promise<Exchange>((resolve) => {
    const limitMs = Number((cpuLimitNs * WALL_FACTOR) / NS_PER_MS);
    const giveUp = (): void => {
      resolve(
        sent
          ? { type: 'timeout', wallTimeMs: wallTimeMs() }
          : { type: 'not-sent', message: 'the worker did not take the request in time' },
      );
    };
    let timer = clock.after(limitMs, () => {
      const lateMs = wallTimeMs() - limitMs;
      // Sockets are read after timers and before immediates.
      if (lateMs > MAX_LATE_MS) timer = clock.after(Math.min(lateMs, limitMs), () => setImmediate(giveUp));
      else setImmediate(giveUp);
    });
    const fail = (error: unknown): void => {
      timer.cancel();
      const message = error instanceof Error ? error.message : String(error);
      const unread = error instanceof ConnectionError && error.unread;
      if (sent && !unread) resolve({ type: 'broken', message, wallTimeMs: wallTimeMs() });
      else resolve({ type: 'not-sent', message });
    };
    // The answer is awaited first: a quick worker's may be here before the kernel reports the request as written.
    const answer = connection.receive();
    answer.catch(() => {});
    connection.send(payload).then(() => {
      sent = true;
      onSent();
      answer.then((frame) => {
        timer.cancel();
        resolve({ type: 'frame', frame, wallTimeMs: wallTimeMs() });
      }, fail);
    }, fail);
  });
}
