import {
  accessSync,
  constants,
  existsSync,
  readFileSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';

/** statfs(2) of a cgroup v2 file system (linux/magic.h). */
const CGROUP2_SUPER_MAGIC = 0x63677270;
const NEEDED = ['memory', 'pids'];
/** What systemd makes a group of its own, and may delegate. */
const UNIT = /\.(?:service|scope)$/;
const SLICE = /\.slice$/;

/** What {@link findCgroup} looks at; tests have their own. */
export interface KernelFiles {
  /** Where `mountinfo` and `cgroup` of this process are. */
  proc: string;
  uid: number;
  isCgroup: (path: string) => boolean;
}

const KERNEL: KernelFiles = { proc: '/proc/self', uid: process.geteuid?.() ?? 0, isCgroup: isCgroup2 };

/** A control group that this process may make others in, or why there is none. */
export type FoundCgroup = { path: string } | { reason: string };

/**
 * Looks for a delegated control group (v2). This process is never moved: limits exist only for groups beside its own,
 * below one that has no processes itself, so that with `auto` it must have been started in a group below the
 * delegated one.
 * @param given its directory, or `auto`
 */
export function findCgroup(given: string, kernel: KernelFiles = KERNEL): FoundCgroup {
  const found = given === 'auto' ? findByItself(kernel) : named(resolve(given), kernel);
  if ('reason' in found) return found;
  const reason = shortcoming(found.path);
  return reason === undefined ? found : { reason };
}

function named(path: string, { isCgroup }: KernelFiles): FoundCgroup {
  return isCgroup(path) ? { path } : { reason: `${path} is not a control group of version 2` };
}

function findByItself(kernel: KernelFiles): FoundCgroup {
  const mount = mountOf(kernel);
  if (mount === undefined) return { reason: 'control groups of version 2 are not mounted' };
  const group = /^0::(.*)$/m.exec(textOf(join(kernel.proc, 'cgroup')))?.[1];
  if (group === undefined) return { reason: 'this process is in no control group of version 2' };
  const below = relative(mount.root, group);
  if (below.startsWith('..')) return { reason: `the control group ${group} of this process is not mounted` };
  const own = join(mount.point, below);
  const parent = dirname(own);
  const inUnitItself = below === '' || UNIT.test(basename(own)) || SLICE.test(basename(own));
  if (inUnitItself || !isDelegated(parent, kernel))
    return { reason: `no delegated control group: this process is in ${own} itself (${REMEDY})` };
  return { path: parent };
}

/** For whoever starts the host. */
export const REMEDY =
  'Delegate=yes and DelegateSubgroup=host of a systemd service, or a delegated group without processes as option cgroup';

/**
 * Whether a group with groups below was given to this user. Root may write to all of them: there it must be a unit's,
 * which has groups below only if it is delegated, or all that a container sees.
 */
function isDelegated(path: string, { uid }: KernelFiles): boolean {
  if (SLICE.test(basename(path)) || !existsSync(join(path, 'cgroup.type'))) return false;
  if (UNIT.test(basename(path)) || !existsSync(join(dirname(path), 'cgroup.procs'))) return true;
  return uid !== 0 && statSync(path).uid === uid;
}

/** Why no limits can be set below a group; tries to have them accounted for. */
function shortcoming(path: string): string | undefined {
  const controllers = wordsIn(join(path, 'cgroup.controllers'));
  const absent = NEEDED.filter((name) => !controllers.includes(name));
  if (absent.length > 0) return `${path} has no controller for ${absent.join(' and ')}`;
  for (const file of ['', 'cgroup.procs', 'cgroup.subtree_control']) {
    try {
      accessSync(join(path, file), constants.W_OK);
    } catch {
      return `${join(path, file)} is not writable for this user`;
    }
  }
  const enabled = wordsIn(join(path, 'cgroup.subtree_control'));
  if (NEEDED.every((name) => enabled.includes(name))) return undefined;
  if (wordsIn(join(path, 'cgroup.procs')).length > 0)
    return `${path} has processes of its own, and the kernel sets limits only below groups that have none (${REMEDY})`;
  try {
    enableControllers(path);
    return undefined;
  } catch (error) {
    return `no limits can be set below ${path} (${(error as Error).message})`;
  }
}

/** Has the kernel account for the groups below. @throws Error of the file system: not for memory and processes */
export function enableControllers(path: string): void {
  const file = join(path, 'cgroup.subtree_control');
  writeFileSync(file, NEEDED.map((name) => `+${name}`).join(' '));
  try {
    writeFileSync(file, '+cpu');
  } catch {
    // Then nobody's share of the processor is weighed.
  }
}

function mountOf({ proc }: KernelFiles): { root: string; point: string } | undefined {
  const line = textOf(join(proc, 'mountinfo'))
    .split('\n')
    .find((text) => / - cgroup2 /.test(text));
  const [, , , root, point] = line?.split(' ').map(unescaped) ?? [];
  return root === undefined || point === undefined ? undefined : { root, point };
}

/** proc_pid_mountinfo(5) writes what would end a field in octal. */
function unescaped(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

function isCgroup2(path: string): boolean {
  try {
    return statfsSync(path).type === CGROUP2_SUPER_MAGIC;
  } catch {
    return false;
  }
}

function wordsIn(path: string): string[] {
  return textOf(path)
    .split(/\s+/)
    .filter((word) => word !== '');
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
