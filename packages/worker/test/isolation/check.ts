import { ATTEMPTS } from './attempts/index.ts';
import { EXPECTED } from './expected.ts';
import { FILTERED_MODES, type Mode, SINGLE_MODES, type SingleLayer, UNFILTERED_MODES } from './modes.ts';
import { PERMITTED } from './permitted.ts';
import type { Outcome } from './take-over.ts';
import { type Fate, fateOf } from './verdicts.ts';

const singleLayers = Object.keys(SINGLE_MODES) as SingleLayer[];

/** What is not as expected of all attempts in a mode, in words; empty if nothing. */
export function surprises(mode: Mode, outcomes: readonly Outcome[]): string[] {
  const missing = ATTEMPTS.filter(({ name }) => !outcomes.some((outcome) => outcome.name === name));
  return [
    ...missing.map(({ name }) => `${name}: not tried`),
    ...outcomes.flatMap((outcome) => {
      const fate = fateOf(outcome);
      const wanted = wantedFates(mode, outcome.name);
      if (wanted.includes(fate)) return [];
      const { end } = outcome.report;
      return [
        `${outcome.name}: ${fate} (${JSON.stringify(end)}, ${outcome.value}) instead of ${wanted.join(' or ')}`,
      ];
    }),
  ];
}

const ANY: readonly Fate[] = ['killed', 'refused', 'done', 'ended'];
/**
 * Refused for want of privileges only where the host has some. An ordinary user's host has none, so that to the kernel a
 * job which has merely dropped its own is as good as it (ptrace_may_access in kernel/ptrace.c).
 */
const AGAINST_THE_HOST: readonly string[] = [
  'read a file through the root of the host',
  'read a file through the working directory of the host',
  'learn where a link leads',
  'trace the host',
  'read memory of the host',
];

function wantedFates(mode: Mode, name: string): readonly Fate[] {
  const { alone, harmless } = EXPECTED[name]!;
  if (FILTERED_MODES.includes(mode)) {
    const permitted = PERMITTED.find((entry) => entry.names.includes(name) && entry.modes.includes(mode));
    return permitted === undefined ? ['killed'] : permitted.fates;
  }
  // Filters that the worker has of its own kill calls of foreign tables.
  if (UNFILTERED_MODES.includes(mode)) return harmless === undefined ? ['refused', 'ended', 'killed'] : ANY;
  const layer = singleLayers.find((key) => SINGLE_MODES[key] === mode);
  if (layer === 'privileges' && process.getuid!() !== 0 && AGAINST_THE_HOST.includes(name)) return ANY;
  return layer !== undefined && alone.includes(layer) ? ['refused', 'ended'] : ANY;
}
