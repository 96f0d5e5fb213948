import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  type Stats,
  statSync,
} from 'node:fs';
import { duplicateTo, mount, NR, SandboxError, setMountWritable, sys3, unmount } from '@pvf/linux';
import { F_DUPFD_CLOEXEC, MNT_DETACH, MS_BIND, O_PATH } from '@pvf/linux/constants';

const STANDARD = [0, 1, 2];
const WRITES = constants.O_WRONLY | constants.O_RDWR;
// unistd.h
const SEEK_SET = 0;
const SEEK_CUR = 1;

/** An input as the caller gave it, kept to tell it where the program has stopped to read. */
export interface GivenInput {
  readonly fd: number;
  /** The caller's. */
  readonly original: number;
}

/**
 * Files that the caller gives to be read, as standard input above all, are opened anew on mounts that cannot be
 * written. The caller's own descriptor lies on its mounts, where its mode, owner, times and attributes could be changed
 * through it: Landlock does not look at them. Of what has no path any more (pipes, deleted files) nothing is left to keep.
 * Needs a mount namespace of its own, with private mounts.
 * @returns what has been replaced, for `handBack`
 * @throws SandboxError INVALID_ARGUMENT for a directory, from which `..` would lead out; SYSCALL_FAILED
 */
export function protectInputs(): readonly GivenInput[] {
  return STANDARD.flatMap((fd) => {
    const given = fstatSync(fd);
    if (given.isDirectory()) {
      throw new SandboxError(
        'INVALID_ARGUMENT',
        { argument: 'stdio', value: String(fd) },
        `descriptor ${fd} is a directory, from which paths lead out of the sandbox; give it in files.read (--ro) instead`,
      );
    }
    const { flags, position } = stateOf(fd);
    if (!given.isFile() || (flags & WRITES) !== 0) return [];
    const own = openUnwritable(readlinkSync(`/proc/self/fd/${fd}`), flags & O_PATH, given);
    if (own === undefined) return [];
    sys3(NR.lseek, own, position, SEEK_SET);
    const original = sys3(NR.fcntl, fd, F_DUPFD_CLOEXEC, STANDARD.length);
    duplicateTo(own, fd);
    closeSync(own);
    return [{ fd, original }];
  });
}

/** @returns undefined if that very file is not there any more, or not for this user: then it is not its owner either */
function openUnwritable(path: string, flags: number, given: Stats): number | undefined {
  const isGiven = ({ dev, ino }: Stats): boolean => dev === given.dev && ino === given.ino;
  try {
    if (!isGiven(statSync(path))) return undefined;
  } catch {
    return undefined;
  }
  mount(path, path, { flags: MS_BIND });
  let own: number | undefined;
  try {
    setMountWritable(path, false);
    own = openSync(path, flags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
  } finally {
    unmount(path, MNT_DETACH);
  }
  if (own === undefined || isGiven(fstatSync(own))) return own;
  closeSync(own);
  return undefined;
}

/** Whoever shares an input with the program goes on reading where the program has stopped, as without a sandbox. */
export function handBack(inputs: readonly GivenInput[]): void {
  for (const { fd, original } of inputs) {
    const position = sys3(NR.lseek, fd, 0, SEEK_CUR);
    if (position >= 0) sys3(NR.lseek, original, position, SEEK_SET);
  }
}

function stateOf(fd: number): { readonly flags: number; readonly position: number } {
  const text = readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8');
  const field = (name: string): string => new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? '0';
  return { flags: Number.parseInt(field('flags'), 8), position: Number(field('pos')) };
}
