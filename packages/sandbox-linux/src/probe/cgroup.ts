import { join } from 'node:path';
import { cgroupPlaces, isWritable } from '../policy/cgroup-paths.ts';
import { kernelFile } from './container.ts';
import { REMEDIES } from './remedies.ts';
import type { ProbedLayer } from './types.ts';

const WANTED = ['cpu', 'memory', 'pids'];

/** The mount point of cgroup v2. */
function mountPoint(): string | undefined {
  const line = (kernelFile('/proc/self/mountinfo') ?? '')
    .split('\n')
    .find((text) => / - cgroup2 /.test(text));
  return line?.split(' ')[4];
}

/** Whether this user may make cgroups with limits of its own below this process's. */
export function probeCgroup(): ProbedLayer {
  const layer = 'cgroup-v2';
  const missing = (reason: string): ProbedLayer => ({
    layer,
    available: false,
    detail: 'not delegated',
    reason,
    remedy: REMEDIES.cgroup,
  });
  const mount = mountPoint();
  if (mount === undefined) return { ...missing('cgroup v2 is not mounted'), detail: 'absent' };
  const own = /^0::(.*)$/m.exec(kernelFile('/proc/self/cgroup') ?? '')?.[1];
  if (own === undefined) return missing('this process is in no cgroup of version 2');
  const directory = join(mount, own);
  const controllers = (kernelFile(join(directory, 'cgroup.controllers')) ?? '').split(' ');
  const absent = WANTED.filter((name) => !controllers.includes(name));
  if (absent.length > 0)
    return missing(`the controllers ${absent.join(', ')} are not available in ${directory}`);
  const place = cgroupPlaces().find(({ version }) => version === 2);
  if (place === undefined) {
    const writable = isWritable(directory) && isWritable(join(directory, 'cgroup.subtree_control'));
    return missing(
      writable
        ? `${directory} has processes of its own, so it may hand no controllers down`
        : `${directory} is not writable, nor is the one above it`,
    );
  }
  return { layer, available: true, detail: `delegated at ${place.parent} (${controllers.join(', ')})` };
}
