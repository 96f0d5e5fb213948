import { HostError } from '../errors.ts';

/**
 * Each thread of Node asks for the current directory before anything of ours runs in it, and ends the whole process with
 * status 1 if there is none: a service whose directory was removed would end without a word of what is wrong.
 *
 * @throws HostError CURRENT_DIR
 */
export function requireCurrentDirectory(): void {
  try {
    process.cwd();
  } catch (error) {
    const { code: errno = '', message } = error as NodeJS.ErrnoException;
    throw new HostError(
      'CURRENT_DIR',
      { errno },
      `the current directory of this process cannot be told (${message}), and without it Node starts no thread; ` +
        'change to a directory that exists, or let filters allow getcwd',
      { cause: error },
    );
  }
}
