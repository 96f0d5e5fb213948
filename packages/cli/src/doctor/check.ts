/** Whoever starts a host, and sets what it may use. */
export type Place = 'shell' | 'docker' | 'kubernetes' | 'systemd' | 'sysctl' | 'apparmor';

/** What to change, by where it is changed. */
export type Remedies = Partial<Record<Place, string>>;

/** One thing that a host needs of its machine. */
export interface Check {
  /** Stable, for programs: `layer.landlock`, `disk.space`. */
  readonly name: string;
  /** In words. */
  readonly what: string;
  /** `failed`: no host starts, or it would give wrong answers; `warning`: it runs, and something is worse than it could be. */
  readonly status: 'ok' | 'warning' | 'failed';
  readonly found: string;
  /** Present if it is not `ok`. */
  readonly remedies?: Remedies;
}

export function ok(name: string, what: string, found: string): Check {
  return { name, what, status: 'ok', found };
}

export function bad(
  status: 'warning' | 'failed',
  name: string,
  what: string,
  found: string,
  remedies: Remedies,
): Check {
  return { name, what, status, found, remedies };
}
