import { failureOf } from '../connection/index.ts';
import { pause, storeFull } from '../store/index.ts';

const FULL_PATIENCE_MS = 30_000;
const EVERY_MS = 500;

/** So long an unmoving store is waited for: agents may be working it off. */
export function patience(name: string): (error: unknown) => void {
  const since = performance.now();
  return (error) => {
    if (performance.now() - since > FULL_PATIENCE_MS) throw storeFull(name, error);
  };
}

/** Servers may come and go. @returns undefined by the signal */
export async function again<T>(
  call: () => Promise<T>,
  signal: AbortSignal,
  onFull: (error: unknown) => void = (error) => {
    throw error;
  },
): Promise<T | undefined> {
  while (!signal.aborted) {
    try {
      return await call();
    } catch (error) {
      const kind = failureOf(error);
      if (kind === 'full') onFull(error);
      else if (kind !== 'passing') throw error;
    }
    await pause(EVERY_MS, signal);
  }
  return undefined;
}
