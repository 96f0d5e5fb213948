import type { ExecutionKind } from '@pvf/host';
import { acceptsWithWatermark, burnsCpuBlock, garbageBlob, guest, slowToCompile } from '@pvf/test-kit';
import type { Random } from './random.ts';

/** What an undisturbed host says to a candidate. */
export type Truth = 'valid' | 'invalid' | 'preparation-failed';

export interface Sample {
  name: string;
  truth: Truth;
  code: Uint8Array;
  block: Uint8Array;
  executionTimeoutMs: number;
}

/** So far above what the valid ones need that only a host that hangs could make them miss it. */
const LIMIT_MS = 3_000;
const SHORT_LIMIT_MS = 200;
const NO_BLOCK = new Uint8Array(8);

const fixed = (name: string, truth: Truth, code: Uint8Array, executionTimeoutMs = LIMIT_MS): Sample => ({
  name,
  truth,
  code,
  block: NO_BLOCK,
  executionTimeoutMs,
});

const SAMPLES: readonly Sample[] = [
  ...Array.from({ length: 12 }, (_, i) => fixed(`accepts-${i}`, 'valid', acceptsWithWatermark(i))),
  fixed('slow-to-compile', 'valid', slowToCompile(40)),
  fixed('huge-result', 'valid', guest('huge-result')),
  fixed('trap', 'invalid', guest('trap')),
  fixed('unbounded-recursion', 'invalid', guest('unbounded-recursion')),
  fixed('infinite-loop', 'invalid', guest('infinite-loop'), SHORT_LIMIT_MS),
  fixed('bulk-memory', 'preparation-failed', guest('bulk-memory')),
  fixed('garbage', 'preparation-failed', garbageBlob()),
];
/** Each needs some tenths of a second to compile, which their callers do not wait for. */
const SLOW: readonly Sample[] = Array.from({ length: 4 }, (_, i) =>
  fixed(`outlasts-deadlines-${i}`, 'valid', slowToCompile(150 + i)),
);
const BURNS_CPU = guest('burns-cpu');
const MAX_ROUNDS = 100_000_000;

export function randomSample(random: Random): Sample {
  if (random.chance(0.3)) {
    const block = burnsCpuBlock(BigInt(random.int(1, MAX_ROUNDS)));
    return { ...fixed('burns-cpu', 'valid', BURNS_CPU), block };
  }
  return random.pick(SAMPLES) as Sample;
}

export function randomKind(random: Random): ExecutionKind {
  return random.pick(['dispute', 'approval', 'backing-system', 'backing'] as const) ?? 'backing';
}

export function slowSample(random: Random): Sample {
  return random.pick(SLOW) as Sample;
}
