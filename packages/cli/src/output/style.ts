import { createColors } from 'picocolors';
import type { Output } from './terminal.ts';

export type Style = ReturnType<typeof createColors>;

/** Lines for people are at most as wide as the terminal; what is not shown on one has no width. */
export const DEFAULT_WIDTH = 80;

/**
 * Colours for a terminal that shows them: not where output goes to a file, nor where NO_COLOR is set
 * (https://no-color.org) or TERM is dumb; FORCE_COLOR demands them anywhere.
 */
export function styleFor(output: Output, env: Readonly<Record<string, string | undefined>>): Style {
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0';
  const refused = (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  return createColors(forced || (output.isTTY === true && !refused));
}
