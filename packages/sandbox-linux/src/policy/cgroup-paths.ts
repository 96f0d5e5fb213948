import { accessSync, constants, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** What of a sandbox a cgroup can count and bound. */
export type CgroupResource = 'memory' | 'cpu' | 'processes';

/** A directory of the cgroup file system in which a sandbox's cgroup can be made. */
export interface CgroupPlace {
  readonly version: 1 | 2;
  readonly parent: string;
  readonly resources: readonly CgroupResource[];
  /** Controllers that the parent does not hand down yet, and will if it is told to: it is delegated and has no processes. */
  readonly toHandDown?: readonly string[];
}

interface Hierarchy {
  readonly version: 1 | 2;
  /** The own cgroup's directory, where it can be seen. */
  readonly own: string;
  /** The highest directory that can be seen. */
  readonly top: string;
  readonly controllers: readonly string[];
}

/** What the controllers of version 1 and 2 are for. In version 2 every cgroup counts CPU time. */
const V1: Readonly<Record<string, CgroupResource>> = { memory: 'memory', cpuacct: 'cpu', pids: 'processes' };
const V2: Readonly<Record<string, CgroupResource>> = { memory: 'memory', pids: 'processes' };

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
};

export const isWritable = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

/** The mounted hierarchies, from the texts of /proc/self/mountinfo and /proc/self/cgroup. */
function hierarchies(mountinfo: string, membership: string): Hierarchy[] {
  const member = membership.split('\n').map((line) => /^\d+:([^:]*):(.*)$/.exec(line));
  return mountinfo.split('\n').flatMap((line): Hierarchy[] => {
    const [mount, source] = line.split(' - ');
    const [type, , options = ''] = (source ?? '').split(' ');
    const [, , , root = '/', top = ''] = (mount ?? '').split(' ');
    if (type !== 'cgroup' && type !== 'cgroup2') return [];
    const controllers = type === 'cgroup' ? options.split(',') : [];
    const path = member.find((entry) =>
      type === 'cgroup2'
        ? entry?.[1] === ''
        : entry?.[1]?.split(',').some((name) => controllers.includes(name)),
    )?.[2];
    if (path === undefined) return [];
    const below = relative(root, path);
    if (below.startsWith('..')) return [];
    return [{ version: type === 'cgroup' ? 1 : 2, own: join(top, below), top, controllers }];
  });
}

/**
 * Of version 2, controllers are at hand where the parent of a new cgroup hands them down, or would if it were told to:
 * the kernel lets only a group do so that has no processes itself (systemd: `DelegateSubgroup=` beside `Delegate=yes`).
 */
function placesOfV2({ own, top }: Hierarchy): CgroupPlace[] {
  const parents = own === top ? [own] : [own, dirname(own)];
  for (const parent of parents) {
    if (!isWritable(parent) || !isWritable(join(parent, 'cgroup.procs'))) continue;
    const control = join(parent, 'cgroup.subtree_control');
    const handed = read(control).split(' ');
    const mayHandDown = parent !== own && isWritable(control) && read(join(parent, 'cgroup.procs')) === '';
    const offered = mayHandDown ? read(join(parent, 'cgroup.controllers')).split(' ') : [];
    const wanted = Object.entries(V2).filter(([name]) => handed.includes(name) || offered.includes(name));
    if (wanted.length === 0) continue;
    const toHandDown = wanted.flatMap(([name]) => (handed.includes(name) ? [] : [name]));
    const resources = [...wanted.map(([, resource]) => resource), 'cpu' as const];
    return [{ version: 2, parent, resources, ...(toHandDown.length === 0 ? {} : { toHandDown }) }];
  }
  return [];
}

/**
 * Where this process may make cgroups: in its own or beside it, in version 2 where the controllers are handed down
 * (systemd: `Delegate=yes` and `DelegateSubgroup=`), in version 1 wherever it may write (as root, usually).
 */
export function cgroupPlaces(
  mountinfo = read('/proc/self/mountinfo'),
  membership = read('/proc/self/cgroup'),
): CgroupPlace[] {
  const places: CgroupPlace[] = [];
  for (const hierarchy of hierarchies(mountinfo, membership)) {
    if (hierarchy.version === 2) places.push(...placesOfV2(hierarchy));
    else if (isWritable(hierarchy.own)) {
      const resources = hierarchy.controllers.flatMap((name) => V1[name] ?? []);
      if (resources.length > 0) places.push({ version: 1, parent: hierarchy.own, resources });
    }
  }
  return places;
}
