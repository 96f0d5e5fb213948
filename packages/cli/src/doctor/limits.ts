import { bad, type Check, ok } from './check.ts';

/** One of the sentences in which workers (`packages/worker`, limits.ts) and their launchers say what is too low. */
const TOO_LOW = /the limit of (\w+) is \S+ ([\w ]+), but (?:none may be set|(\d+) are needed)/g;

/** What a launcher counts in; workers count in bytes, descriptors and seconds. */
const UNITS: Readonly<Record<string, number>> = { KiB: 1024, 'blocks of 512 bytes': 512 };

/** `ulimit`'s letter, and whether it counts in KiB. */
const SHELL: Readonly<Record<string, readonly [option: string, inKib: boolean]>> = {
  STACK: ['-H -s', true],
  AS: ['-v', true],
  DATA: ['-d', true],
  FSIZE: ['-f', true],
  CPU: ['-t', false],
  NOFILE: ['-n', false],
};

/**
 * Limits of resources, from what the host's start check was told by the workers.
 *
 * @param told the error's text; undefined: they suffice
 */
export function limitChecks(told: string | undefined): Check[] {
  const what = 'limits of resources';
  if (told === undefined) return [ok('limits', what, 'suffice')];
  const found = [...told.matchAll(TOO_LOW)].map(([sentence, resource = '', unit = '', said]) => {
    const name = resource.toLowerCase();
    const needed = said === undefined ? undefined : Number(said) * (UNITS[unit] ?? 1);
    const [option, inKib] = SHELL[resource] ?? ['', false];
    const shown = needed === undefined ? 'unlimited' : inKib ? Math.ceil(needed / 1024) : needed;
    return bad('failed', `limits.${name}`, `limit of ${resource}`, sentence, {
      shell: `ulimit ${option} ${shown}`,
      docker: `--ulimit ${name}=${needed ?? -1}`,
      kubernetes:
        'the limits of the container runtime on the node (its systemd unit), for pods have none of their own',
      systemd: `Limit${resource}=${needed ?? 'infinity'}`,
    });
  });
  return found.length > 0
    ? found
    : [bad('failed', 'limits', what, told, { shell: 'ulimit', systemd: 'Limit…=' })];
}
