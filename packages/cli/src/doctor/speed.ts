import { randomBytes } from 'node:crypto';
import { type HostOptions, PvfHost } from '@pvf/host';
import { DEFAULT_CODE_BOMB_LIMIT, DEFAULT_PREP_TIMEOUT_MS } from '@pvf/protocol';
import { nanosecondsToMs } from '../output/units.ts';
import { LARGEST_RUNTIME_RATIO } from './ratio.ts';
import { sampleModule } from './sample.ts';

/** Of these the quickest counts: whatever disturbs a preparation makes it slower. */
const RUNS = 3;
/** A machine for which one run leaves that much of the limit needs no other. */
const CLEARLY_FAST = 1 / 3;

export interface Speed {
  /** CPU time in which the sample was prepared. */
  readonly sampleMs: number;
  /** CPU time that the largest known runtime would take here. */
  readonly largestRuntimeMs: number;
  /** CPU time that a precheck may take (without an executor param that says otherwise). */
  readonly limitMs: number;
  readonly fastEnough: boolean;
}

/**
 * Has a host of its own prepare the sample.
 *
 * @throws HostError, or Error when the sample is not prepared
 */
export async function measureSpeed(options: HostOptions, signal: AbortSignal): Promise<Speed> {
  const host = await PvfHost.start(options);
  try {
    let sampleMs = Number.POSITIVE_INFINITY;
    for (let run = 0; run < RUNS; run++) {
      const outcome = await host.precheck({
        code: sampleModule(randomBytes(16)),
        executorParams: [],
        validationCodeBombLimit: DEFAULT_CODE_BOMB_LIMIT,
        signal,
      });
      if (outcome.kind !== 'ok' || outcome.artifact.stats === undefined)
        throw new Error('message' in outcome ? outcome.message : `the preparation was ${outcome.kind}`);
      sampleMs = Math.min(sampleMs, nanosecondsToMs(outcome.artifact.stats.cpuTimeNs));
      const { largestRuntimeMs, limitMs } = speedOf(sampleMs);
      if (largestRuntimeMs <= limitMs * CLEARLY_FAST) break;
    }
    return speedOf(sampleMs);
  } finally {
    await host.close();
  }
}

/** @param sampleMs CPU time of the sample's preparation, milliseconds */
export function speedOf(sampleMs: number): Speed {
  const largestRuntimeMs = sampleMs * LARGEST_RUNTIME_RATIO;
  const limitMs = DEFAULT_PREP_TIMEOUT_MS.Precheck;
  return { sampleMs, largestRuntimeMs, limitMs, fastEnough: largestRuntimeMs <= limitMs };
}
