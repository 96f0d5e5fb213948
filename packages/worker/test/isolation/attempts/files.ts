import { attempt, type Group } from '../attempt.ts';
import {
  AT_FDCWD,
  call,
  chain,
  EINVAL,
  EPERM,
  memory,
  O_CREAT,
  O_PATH,
  O_RDWR,
  O_TMPFILE,
  PROT_READ,
  text,
  words,
} from '../native.ts';

const open = (path: string, flags = 0): number => call('openat', AT_FDCWD, text(path), flags, 0o600);
const AT_EMPTY_PATH = 0x1000;
const S_IFCHR = 0o020000;
const S_IFIFO = 0o010000;
const IN_ALL_EVENTS = 0xfff;
const MFD_EXEC = 0x10;
const OPEN_TREE_CLONE = 1;

export const FILES: Group = {
  title: 'Files',
  attempts: [
    attempt('read a file by its path', ({ victim }) => open(victim)),
    attempt('read a file through ..', ({ victim }) => open(`../../../../../..${victim}`)),
    attempt('read a file with open', ({ victim }) => call('open', text(victim), 0, 0)),
    attempt('read a file with openat2', ({ victim }) =>
      call('openat2', AT_FDCWD, text(victim), words(0, 0, 0), 24),
    ),
    attempt('read a file by its handle', ({ handle }) =>
      chain(
        () => open('/', 0),
        (root) => call('open_by_handle_at', root, memory(handle), 0),
      ),
    ),
    attempt('read a file through a symbolic link', ({ victim, outside }) =>
      chain(
        () => call('symlink', text(victim), text(`${outside}/link`)),
        () => open(`${outside}/link`),
      ),
    ),
    attempt('read a file through the root of the host', ({ hostPid, victim }) =>
      open(`/proc/${hostPid}/root${victim}`),
    ),
    attempt('read a file through the working directory of the host', ({ hostPid }) =>
      open(`/proc/${hostPid}/cwd`),
    ),
    attempt('get a file as a path descriptor', ({ victim }) => open(victim, O_PATH)),
    attempt('open the root directory', () => open('/')),
    attempt('open the artifact', ({ outside }) => {
      const inside = open('/artifact');
      return inside >= 0 ? inside : open(`${outside}/../worker/artifact`);
    }),
    attempt('write a file', ({ victim }) => open(victim, O_RDWR)),
    attempt('truncate a file', ({ victim }) => call('truncate', text(victim), 0)),
    attempt('create a file', ({ outside }) => open(`${outside}/new`, O_CREAT | O_RDWR)),
    attempt('create a file in the worker dir', () => open('/new', O_CREAT | O_RDWR)),
    attempt('create a file without a name', ({ outside }) => open(outside, O_TMPFILE | O_RDWR)),
    attempt('create a directory', ({ outside }) => call('mkdir', text(`${outside}/directory`), 0o700)),
    attempt('create a device', ({ outside }) =>
      call('mknod', text(`${outside}/null`), S_IFCHR | 0o666, 0x103),
    ),
    attempt('create a named pipe', ({ outside }) =>
      call('mknod', text(`${outside}/fifo`), S_IFIFO | 0o600, 0),
    ),
    attempt('remove a file', ({ victim }) => call('unlink', text(victim))),
    attempt('rename a file', ({ victim, outside }) =>
      call('rename', text(victim), text(`${outside}/renamed`)),
    ),
    attempt('link a file', ({ victim, outside }) => call('link', text(victim), text(`${outside}/second`))),
    attempt(
      'swap two files',
      ({ victim, outside }) => call('renameat2', AT_FDCWD, text(victim), AT_FDCWD, text(outside), 2),
      { reached: [EINVAL] },
    ),
    attempt('change the mode of a file', ({ victim }) => call('chmod', text(victim), 0o666)),
    attempt('change the times of a file', ({ victim }) => call('utimensat', AT_FDCWD, text(victim), 0, 0)),
    attempt('change an attribute of a file', ({ victim }) =>
      call('setxattr', text(victim), text('user.pvf'), text('x'), 1, 0),
    ),
    attempt('learn whether a file exists', ({ victim }) => call('access', text(victim), 0)),
    attempt('learn size and times of a file', ({ victim }) =>
      call('statx', AT_FDCWD, text(victim), 0, 0xfff, memory(256)),
    ),
    attempt('learn where a link leads', ({ hostPid }) =>
      call('readlink', text(`/proc/${hostPid}/exe`), memory(4096), 4096),
    ),
    attempt('learn how full the disk is', ({ outside }) => call('statfs', text(outside), memory(120))),
    attempt('change the working directory', ({ outside }) => call('chdir', text(outside))),
    attempt('watch a directory', ({ outside }) =>
      chain(
        () => call('inotify_init1', 0),
        (fd) => call('inotify_add_watch', fd, text(outside), IN_ALL_EVENTS),
      ),
    ),
    attempt('watch the file system', () => call('fanotify_init', 0, 0)),
    attempt('fill the disk', ({ outside }) =>
      chain(
        () => open(`${outside}/filler`, O_CREAT | O_RDWR),
        (fd) => call('fallocate', fd, 0, 0, 1 << 20),
      ),
    ),
    attempt('fill memory through a memfd', () =>
      chain(
        () => call('memfd_create', text('x'), 0),
        (fd) => call('ftruncate', fd, 1 << 20),
      ),
    ),
    attempt('make secret memory', () => call('memfd_secret', 0)),
    attempt(
      'execute a memfd',
      () =>
        chain(
          () => call('memfd_create', text('x'), MFD_EXEC),
          (fd) => call('execveat', fd, text(''), 0, 0, AT_EMPTY_PATH),
        ),
      { reached: [8] },
    ),
    attempt('load a library', () =>
      chain(
        () => open('/proc/self/exe'),
        (fd) => call('mmap', 0, 4096, PROT_READ, 2, fd, 0),
      ),
    ),
    attempt('read /proc/self/environ', () => open('/proc/self/environ')),
    attempt('read /proc/self/maps', () => open('/proc/self/maps')),
    attempt('read the list of mounts', () => open('/proc/self/mounts')),
    attempt('read /proc of the worker', ({ workerPid }) => open(`/proc/${workerPid}/status`)),
    attempt('read the kernel log', () => open('/dev/kmsg')),
    attempt('read the memory of the machine', () => open('/dev/mem'), { reached: [EPERM] }),
    attempt('open a terminal', () => open('/dev/ptmx', O_RDWR)),
    attempt('open the random device', () => open('/dev/urandom')),
    attempt('write to a sysctl', () => open('/proc/sys/kernel/hostname', O_RDWR)),
    attempt('copy the mount tree', () => call('open_tree', AT_FDCWD, text('/'), OPEN_TREE_CLONE)),
  ],
};
