import type { EnvironmentPolicy } from '../policy/types.ts';

/** What a program gets when the policy says nothing: enough to find programs and to talk to a terminal. */
export const DEFAULT_VARIABLES: readonly string[] = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TERM', 'TZ'];

/** The environment that a policy gives to a program. */
export function environmentOf(
  policy: EnvironmentPolicy | undefined,
  from: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const names =
    policy?.pass === 'all'
      ? Object.keys(from)
      : (policy?.pass ?? (policy === undefined ? DEFAULT_VARIABLES : []));
  const env: Record<string, string> = {};
  for (const name of names) {
    const value = from[name];
    if (value !== undefined) env[name] = value;
  }
  return { ...env, ...policy?.set };
}
