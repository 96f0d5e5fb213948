import { oneLine } from '../output/outcomes.ts';
import { milliseconds } from '../output/units.ts';
import type { Check, Place } from './check.ts';
import { LARGEST_RUNTIME } from './ratio.ts';
import type { Speed } from './speed.ts';

/** The two sentences that come first. */
export interface Verdict {
  readonly secure: { readonly fit: boolean; readonly reason: string | undefined };
  /** A string: why nothing was measured. */
  readonly speed: Speed | string;
}

export function verdictLines({ secure, speed }: Verdict): string[] {
  return [
    secure.fit ? 'fit for secure mode: yes' : `fit for secure mode: NO: ${oneLine(secure.reason ?? '')}`,
    speedLine(speed),
  ];
}

function speedLine(speed: Verdict['speed']): string {
  if (typeof speed === 'string') return `fast enough: not measured: ${oneLine(speed)}`;
  const { largestRuntimeMs, limitMs, fastEnough } = speed;
  const estimate = `the largest known runtime (${LARGEST_RUNTIME}) would take about ${milliseconds(largestRuntimeMs)} of the ${milliseconds(limitMs)} of CPU that a precheck may take`;
  return fastEnough ? `fast enough: yes: ${estimate}` : `fast enough: NO: ${estimate}`;
}

/** One line for each check, and under those that found something what to change, where this process was started first. */
export function checkLines(checks: readonly Check[], place: Place): string[] {
  return checks.flatMap(({ what, status, found, remedies = {} }) => {
    const word = status === 'failed' ? 'FAILED ' : status === 'warning' ? 'warning: ' : '';
    const places = (Object.entries(remedies) as [Place, string][]).sort(
      ([a], [b]) => Number(b === place) - Number(a === place),
    );
    return [`${word}${what}: ${found}`, ...places.map(([where, remedy]) => `    ${WORDS[where]}: ${remedy}`)];
  });
}

const WORDS: Record<Place, string> = {
  shell: 'here',
  docker: 'Docker, Podman',
  kubernetes: 'Kubernetes',
  systemd: 'systemd unit',
  sysctl: 'sysctl -w',
  apparmor: 'AppArmor',
};
