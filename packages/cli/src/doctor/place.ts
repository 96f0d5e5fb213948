import { existsSync, readFileSync } from 'node:fs';
import type { Place } from './check.ts';

/** What starts this process, as far as it can be told: remedies for it come first. */
export function placeOf(env: Readonly<Record<string, string | undefined>>): Place {
  if (env.KUBERNETES_SERVICE_HOST !== undefined) return 'kubernetes';
  if (existsSync('/.dockerenv') || existsSync('/run/.containerenv')) return 'docker';
  return env.INVOCATION_ID === undefined ? 'shell' : 'systemd';
}

/** A kernel's setting under /proc/sys; undefined where it has none. */
export function sysctl(name: string): string | undefined {
  return readText(`/proc/sys/${name.replaceAll('.', '/')}`)?.trim();
}

export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
