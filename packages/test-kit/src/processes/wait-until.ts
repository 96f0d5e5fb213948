import { setTimeout as delay } from 'node:timers/promises';

const STEP_MS = 5;
/** Not a measure of anything: only so that a broken test fails instead of hanging, on a starved machine, too. */
const PATIENCE_MS = 100_000;

/** Waits until `look` returns something other than undefined, null and false, and returns that. */
export async function waitUntil<T>(what: string, look: () => T): Promise<NonNullable<Exclude<T, false>>> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== null && found !== false) {
      return found as NonNullable<Exclude<T, false>>;
    }
    if (performance.now() > giveUpAt) throw new Error(`did not happen: ${what}`);
    await delay(STEP_MS);
  }
}
