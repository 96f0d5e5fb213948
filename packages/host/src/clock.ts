/** A running timer of a {@link Clock}; `cancel` is a no-op once it fired. */
export interface ClockTimer {
  /** Takes the callback back; does nothing once it has run. */
  cancel(): void;
}

/**
 * Where every wait and time stamp of the host comes from, so that tests move time by hand. Processes and files
 * run in real time all the same: a clock that stands still stops only time-outs, cool-downs and schedules.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch; never goes back. */
  now(): number;
  /** Calls `callback` once, `ms` milliseconds from now. The timer alone never keeps the process alive: `KeepAlive` does. */
  after(ms: number, callback: () => void): ClockTimer;
}

/** `setTimeout` fires at once for more than 2^31 - 1 ms (Node's `lib/internal/timers.js`, TIMEOUT_MAX). */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** The clock of the machine; its timers keep no program alive. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(ms, 0), MAX_TIMEOUT_MS));
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
