import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** As the kernel follows (fs/namei.c). */
const MAX_LINKS = 40;

interface Resolved {
  /** Symbolic links on the way: where they are and what they say. */
  readonly links: readonly (readonly [path: string, text: string])[];
  readonly real: string;
}

/** Follows a path's symbolic links, component by component. @returns undefined if it does not exist */
export function followLinks(path: string): Resolved | undefined {
  const links: (readonly [string, string])[] = [];
  let rest = path.split('/').filter((part) => part !== '');
  let real = '';
  while (rest.length > 0) {
    const next = `${real}/${rest[0]}`;
    rest = rest.slice(1);
    try {
      if (!lstatSync(next).isSymbolicLink()) {
        real = next;
        continue;
      }
      const text = readlinkSync(next);
      links.push([next, text]);
      if (links.length > MAX_LINKS) return undefined;
      rest = [
        ...resolve(dirname(next), text)
          .split('/')
          .filter((part) => part !== ''),
        ...rest,
      ];
      real = '';
    } catch {
      return undefined;
    }
  }
  return { links, real: real === '' ? '/' : real };
}
