import { codec, readFault, type Shape, struct, u32, u64, valueFault } from '../scale/index.ts';

/** A span of time, as Rust's `Duration`. */
export interface Duration {
  /** Whole seconds. */
  readonly secs: bigint;
  /** Nanoseconds beside them, below 10⁹. */
  readonly nanos: number;
}

const NANOS_PER_SECOND = 1_000_000_000;
const MAX_SECS = 2n ** 64n - 1n;

const fields = struct<Duration>({ secs: u64, nanos: u32 });

const shape: Shape<Duration> = {
  write(value, parts) {
    if (value?.nanos >= NANOS_PER_SECOND) throw valueFault('nanos below 10⁹');
    fields.write(value, parts);
  },
  read(cursor) {
    const offset = cursor.library.i;
    const value = fields.read(cursor);
    if (value.nanos >= NANOS_PER_SECOND) {
      throw readFault(
        'INVALID_DURATION',
        offset,
        { nanos: value.nanos },
        `${value.nanos} ns beside the seconds`,
      );
    }
    return value;
  },
};

/** u64 seconds, u32 nanoseconds. */
export const Duration = codec<Duration>('Duration', shape);

/** The duration of `ns` nanoseconds; values outside 0 … 2⁶⁴ s are clamped. */
export function durationFromNs(ns: bigint): Duration {
  if (ns <= 0n) return { secs: 0n, nanos: 0 };
  const secs = ns / BigInt(NANOS_PER_SECOND);
  if (secs > MAX_SECS) return { secs: MAX_SECS, nanos: NANOS_PER_SECOND - 1 };
  return { secs, nanos: Number(ns % BigInt(NANOS_PER_SECOND)) };
}

/** A duration in nanoseconds, exactly. */
export function durationToNs({ secs, nanos }: Duration): bigint {
  return secs * BigInt(NANOS_PER_SECOND) + BigInt(nanos);
}

/** The duration of `ms` milliseconds (an integer or a fraction, at nanosecond precision); negative is zero. */
export function durationFromMs(ms: number | bigint): Duration {
  if (typeof ms === 'bigint') return durationFromNs(ms * 1_000_000n);
  if (Number.isNaN(ms) || ms <= 0) return { secs: 0n, nanos: 0 };
  if (ms >= Number.MAX_SAFE_INTEGER) return durationFromNs(MAX_SECS * BigInt(NANOS_PER_SECOND));
  const whole = Math.floor(ms);
  return durationFromNs(BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1_000_000)));
}

/** A duration in milliseconds, with fractions as far as a number holds them. */
export function durationToMs({ secs, nanos }: Duration): number {
  return Number(secs) * 1_000 + nanos / 1_000_000;
}
