import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { availableParallelism, cpus, freemem, release, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { mebibytes } from '../output/units.ts';
import { bad, type Check, ok } from './check.ts';
import { readText, sysctl } from './place.ts';

const MIB = 2 ** 20;
/** A prepare job and two execute jobs at work, each with its worker, and PVFs that stay loaded. */
const MEMORY_NEEDED = 1024 * MIB;
const MEMORY_WANTED = 4096 * MIB;
/** One artifact at its largest, while it is written; and all that a host keeps by default. */
const SPACE_NEEDED = 1024 * MIB;
const SPACE_WANTED = 10 * 1024 * MIB;
/** Files of one host at work; artifacts that it keeps. */
const INODES_NEEDED = 100;
const INODES_WANTED = 2_000;

const MEMORY_REMEDIES = {
  docker: '--memory=4g',
  kubernetes: 'resources: { limits: { memory: 4Gi } }',
  systemd: 'MemoryMax=4G',
  shell: 'end other programs, or take a larger machine',
};

/** Memory that this process may use: of the machine, or of its control group if that allows less. */
export function memoryChecks(): Check[] {
  const group = process.constrainedMemory();
  const limited = group > 0 && group < totalmem();
  const total = limited ? group : totalmem();
  const free = Math.min(total, process.availableMemory() || freemem());
  const found = `${mebibytes(total)}${limited ? ' (limit of the control group)' : ''}, ${mebibytes(free)} of it free`;
  const what = 'memory';
  const memory =
    total < MEMORY_NEEDED || free < MEMORY_NEEDED / 2
      ? bad('failed', 'memory', what, `${found}; ${mebibytes(MEMORY_NEEDED)} are needed`, MEMORY_REMEDIES)
      : total < MEMORY_WANTED
        ? bad('warning', 'memory', what, `${found}; ${mebibytes(MEMORY_WANTED)} are better`, MEMORY_REMEDIES)
        : ok('memory', what, found);
  // Each guest's memory reserves gigabytes of addresses, of which it uses a fraction.
  const strict = sysctl('vm.overcommit_memory') === '2';
  const overcommit = strict
    ? bad(
        'warning',
        'overcommit',
        'reserving addresses',
        'vm.overcommit_memory=2 counts what is never used',
        {
          sysctl: 'vm.overcommit_memory=0',
        },
      )
    : ok(
        'overcommit',
        'reserving addresses',
        `vm.overcommit_memory=${sysctl('vm.overcommit_memory') ?? 'unknown'}`,
      );
  return [memory, overcommit];
}

/** Magic numbers of statfs(2). */
const KINDS: Readonly<Record<number, string>> = {
  61267: 'ext4',
  1481003842: 'xfs',
  2435016766: 'btrfs',
  16914836: 'tmpfs',
  2035054128: 'overlayfs',
  26985: 'nfs',
  4283649346: 'cifs',
  4266872130: 'smb2',
  1702057286: 'fuse',
  801189825: 'zfs',
  16914839: '9p',
  19780: 'vfat',
  4076150800: 'f2fs',
};
const REMOTE = ['nfs', 'cifs', 'smb2', '9p'];

const DISK_REMEDIES = {
  shell: 'free some, or name another directory with --cache-dir',
  docker: '-v VOLUME:/var/cache/pvf and --cache-dir /var/cache/pvf',
  kubernetes:
    'a volume of that size (a local one, not emptyDir: { medium: Memory }), mounted at the --cache-dir',
  systemd: 'CacheDirectory=pvf and --cache-dir /var/cache/pvf',
};

/** The file system of the cache directory. */
export async function diskChecks(cacheDir: string): Promise<Check[]> {
  const path = existing(cacheDir);
  const { type, bsize, bavail, files, ffree } = await statfs(path);
  const kind = KINDS[type >>> 0] ?? `type 0x${(type >>> 0).toString(16)}`;
  const free = bavail * bsize;
  const level = (value: number, needed: number, wanted: number) =>
    value < needed ? 'failed' : value < wanted ? 'warning' : undefined;
  const space = level(free, SPACE_NEEDED, SPACE_WANTED);
  const inodes = files === 0 ? undefined : level(ffree, INODES_NEEDED, INODES_WANTED);
  const options = mountOptions(path, mountinfo());
  const remote = REMOTE.includes(kind);
  const spaceWords = `${mebibytes(free)} free at ${path}`;
  const inodeWords =
    files === 0 ? `${kind} has as many as it has room` : `${ffree.toLocaleString('en-US')} free`;
  const wanted = `; ${mebibytes(SPACE_NEEDED)} are needed, ${mebibytes(SPACE_WANTED)} are kept by default`;
  return [
    space === undefined
      ? ok('disk.space', 'disk space', spaceWords)
      : bad(space, 'disk.space', 'disk space', spaceWords + wanted, DISK_REMEDIES),
    inodes === undefined
      ? ok('disk.inodes', 'inodes', inodeWords)
      : bad(inodes, 'disk.inodes', 'inodes', `${inodeWords}; ${INODES_WANTED} are better`, {
          ...DISK_REMEDIES,
          shell:
            'remove small files, or name another directory with --cache-dir (a tmpfs: mount -o nr_inodes=0)',
        }),
    remote
      ? bad('warning', 'disk.kind', 'file system', `${kind}, over a network`, {
          ...DISK_REMEDIES,
          shell: 'name a directory on a local disk with --cache-dir',
        })
      : ok('disk.kind', 'file system', kind),
    options?.includes('ro')
      ? bad('failed', 'disk.writable', 'writing', `${path} is mounted read-only`, {
          shell: `mount -o remount,rw, or another --cache-dir`,
          docker: 'a volume without :ro, or no --read-only',
          kubernetes:
            'volumeMounts without readOnly: true; securityContext: { readOnlyRootFilesystem: false }',
          systemd: `ReadWritePaths=${path}`,
        })
      : ok('disk.writable', 'writing', 'allowed'),
  ];
}

/**
 * Whether worker programs may be run where they lie.
 *
 * @param mounts the lines of /proc/self/mountinfo
 */
export function execCheck(programs: readonly string[], mounts = mountinfo()): Check {
  const forbidden = programs.filter((path) => mountOptions(existing(path), mounts)?.includes('noexec'));
  if (forbidden.length === 0) return ok('disk.exec', 'running the worker programs', 'allowed where they lie');
  return bad(
    'failed',
    'disk.exec',
    'running the worker programs',
    `${forbidden.join(', ')}: mounted noexec`,
    {
      shell: 'mount -o remount,exec, or install elsewhere',
      docker: 'a --tmpfs with :exec, or the programs in the image',
      kubernetes: 'the programs in the image instead of a volume that is mounted noexec',
      systemd: 'ExecPaths= with their directory',
    },
  );
}

/** Versions, for a report that somebody else reads. */
export function versionChecks(workers: readonly (readonly [string, string])[]): Check[] {
  const [cpu] = cpus();
  const [major = 0, minor = 0] = release()
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  const linux = `Linux ${release()} on ${process.arch}`;
  const recent = major > 5 || (major === 5 && minor >= 13);
  return [
    ok('version.node', 'node', process.version),
    ...workers.map(([kind, text]) => ok(`version.${kind}-worker`, `${kind} worker`, text)),
    recent
      ? ok('version.kernel', 'kernel', linux)
      : bad('warning', 'version.kernel', 'kernel', `${linux}; 5.13 has all layers`, {
          shell: 'a newer kernel',
        }),
    ok('cpu', 'processors', `${availableParallelism()} × ${cpu?.model.trim() ?? 'unknown'}`),
  ];
}

/** The nearest directory that is there. */
function existing(path: string): string {
  let at = path;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  return at;
}

function mountinfo(): string {
  return readText('/proc/self/mountinfo') ?? '';
}

/** Of the mount that a path lies on (proc_pid_mountinfo(5)). */
function mountOptions(path: string, mounts: string): string[] | undefined {
  let best: { readonly at: string; readonly options: string } | undefined;
  for (const line of mounts.split('\n')) {
    const [, , , , at = '', options = ''] = line.split(' ');
    const within = at === '/' || path === at || path.startsWith(`${at}/`);
    // Of two mounts on one directory the later one is what is seen.
    if (within && at !== '' && at.length >= (best?.at.length ?? 0)) best = { at, options };
  }
  return best?.options.split(',');
}
