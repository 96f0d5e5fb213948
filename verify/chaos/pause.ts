import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from './random.ts';

/** Lets everything be random in time too. */
export function pause(random: Random, maxMs: number): Promise<void> {
  return delay(random.int(0, maxMs));
}
