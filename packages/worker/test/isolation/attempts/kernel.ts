import { attempt, type Group } from '../attempt.ts';
import {
  AT_FDCWD,
  call,
  callNumber,
  chain,
  EBADF,
  EFAULT,
  EINVAL,
  ENODEV,
  ENOENT,
  ENOKEY,
  ENOTTY,
  memory,
  text,
  words,
} from '../native.ts';

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const AF_PACKET = 17;
const AF_ALG = 38;
const AF_VSOCK = 40;
const AF_XDP = 44;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;
const IPC_RMID = 0;
const IPC_CREAT = 0o1000;
const UFFD_USER_MODE_ONLY = 1;
const READ_IMPLIES_EXEC = 0x40_0000;
const ADDR_NO_RANDOMIZE = 0x4_0000;
const PERF_TYPE_SOFTWARE = 1;
const KEYCTL_GET_KEYRING_ID = 0;
const KEY_SPEC_SESSION = -3;
const KEY_SPEC_PROCESS = -2;

const socket = (family: number, type: number, protocol = 0): number => call('socket', family, type, protocol);
const unixAddress = (path: string): { at: number; length: number } => {
  const bytes = Buffer.concat([Buffer.of(AF_UNIX, 0), Buffer.from(path)]);
  return { at: memory(bytes), length: bytes.length };
};
const inetAddress = (port: number): number => {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16LE(AF_INET, 0);
  bytes.writeUInt16BE(port, 2);
  bytes.set([127, 0, 0, 1], 4);
  return memory(bytes);
};

export const NETWORK: Group = {
  title: 'Network and other channels',
  attempts: [
    attempt('make a TCP socket', () => socket(AF_INET, SOCK_STREAM)),
    attempt('make a TCP socket over IPv6', () => socket(AF_INET6, SOCK_STREAM)),
    attempt('make a Unix socket', () => socket(AF_UNIX, SOCK_STREAM)),
    attempt('make a raw socket', () => socket(AF_INET, SOCK_RAW, 1)),
    attempt('make a packet socket', () => socket(AF_PACKET, SOCK_RAW, 0x300)),
    attempt('make a netlink socket', () => socket(AF_NETLINK, SOCK_RAW)),
    attempt('make a virtual-machine socket', () => socket(AF_VSOCK, SOCK_STREAM)),
    attempt('make a kernel-crypto socket', () => socket(AF_ALG, 5)),
    attempt('make an express-data-path socket', () => socket(AF_XDP, SOCK_RAW)),
    attempt('connect to a TCP port of this machine', ({ tcpPort }) =>
      chain(
        () => socket(AF_INET, SOCK_STREAM),
        (fd) => call('connect', fd, inetAddress(tcpPort), 16),
      ),
    ),
    attempt('listen on a TCP port', () =>
      chain(
        () => socket(AF_INET, SOCK_STREAM),
        (fd) => call('bind', fd, inetAddress(0), 16),
      ),
    ),
    attempt('send a datagram', ({ tcpPort }) =>
      chain(
        () => socket(AF_INET, SOCK_DGRAM),
        (fd) => call('sendto', fd, text('x'), 1, 0, inetAddress(tcpPort), 16),
      ),
    ),
    attempt('connect to an abstract socket', ({ abstractSocket }) =>
      chain(
        () => socket(AF_UNIX, SOCK_STREAM),
        (fd) => {
          const { at, length } = unixAddress(`\0${abstractSocket}`);
          return call('connect', fd, at, length);
        },
      ),
    ),
    attempt('connect to a socket by its path', ({ socketPath }) =>
      chain(
        () => socket(AF_UNIX, SOCK_STREAM),
        (fd) => {
          const { at, length } = unixAddress(`${socketPath}\0`);
          return call('connect', fd, at, length);
        },
      ),
    ),
    attempt('make a pair of sockets', () => call('socketpair', AF_UNIX, SOCK_STREAM, 0, memory(8))),
    attempt('pass a descriptor on', ({ writeFd }) => {
      const pair = Buffer.alloc(8);
      return chain(
        () => call('socketpair', AF_UNIX, SOCK_STREAM, 0, memory(pair)),
        () => {
          const control = Buffer.alloc(24);
          control.writeBigUInt64LE(20n, 0);
          control.writeInt32LE(1, 8);
          control.writeInt32LE(1, 12);
          control.writeInt32LE(writeFd, 16);
          const message = words(0, 0, words(text('x'), 1), 1, memory(control), 24, 0);
          return call('sendmsg', pair.readInt32LE(0), message, 0);
        },
      );
    }),
    attempt(
      'receive a descriptor over the pipe',
      ({ writeFd }) => call('recvmsg', writeFd, words(0, 0, 0, 0, 0, 0, 0), 0),
      { reached: [88] },
    ),
    attempt('duplicate its pipe', ({ writeFd }) => call('dup', writeFd)),
    attempt('make a pipe', () => call('pipe2', memory(8), 0)),
    attempt('splice into its pipe', ({ writeFd }) => call('vmsplice', writeFd, words(text(''), 0), 1, 0)),
    attempt('make its pipe larger', ({ writeFd }) => call('fcntl', writeFd, 1031, 1 << 20)),
    attempt('make its pipe non-blocking', ({ writeFd }) => call('fcntl', writeFd, 4, 0o4000)),
    attempt('type into the terminal', () => call('ioctl', 0, TIOCSTI, text('x')), { reached: [ENOTTY] }),
    attempt('paste into the console', () => call('ioctl', 2, TIOCLINUX, text('\x03')), { reached: [ENOTTY] }),
    attempt('write to standard error', () => call('write', 2, text(''), 0)),
    attempt('share memory by key', () =>
      chain(
        () => call('shmget', 0x50_5646, 4096, IPC_CREAT | 0o600),
        (id) => call('shmctl', id, IPC_RMID, 0),
      ),
    ),
    attempt('send a message by key', () =>
      chain(
        () => call('msgget', 0x50_5646, IPC_CREAT | 0o600),
        (id) => call('msgctl', id, IPC_RMID, 0),
      ),
    ),
    attempt('share a semaphore by key', () =>
      chain(
        () => call('semget', 0x50_5646, 1, IPC_CREAT | 0o600),
        (id) => call('semctl', id, 0, IPC_RMID, 0),
      ),
    ),
    attempt('share a message queue by name', () =>
      chain(
        () => call('mq_open', text('pvf-attempt'), 0o102, 0o600, 0),
        () => call('mq_unlink', text('pvf-attempt')),
      ),
    ),
    attempt('learn the host name', ({ hostName }) => {
      const names = Buffer.alloc(65 * 6);
      const result = call('uname', memory(names));
      if (result < 0) return result;
      return names.toString('latin1', 65, 130).startsWith(`${hostName}\0`) ? 0 : -ENOENT;
    }),
    attempt('learn load and memory of the machine', () => call('sysinfo', memory(128))),
    attempt('learn its user', () => call('getuid')),
  ],
};

export const KERNEL: Group = {
  title: 'Kernel interfaces',
  attempts: [
    attempt('set up io_uring', () => call('io_uring_setup', 1, memory(120))),
    attempt('set up asynchronous I/O', () => call('io_setup', 1, words(0))),
    attempt('make a BPF map', () =>
      call('bpf', 0, words(0x4_0000_0002, 0x1_0000_0004, 0, 0, 0, 0, 0, 0), 64),
    ),
    attempt(
      'load a BPF program',
      () => {
        const program = memory(Buffer.from('b700000000000000950000000000000', 'hex'));
        return call('bpf', 5, words(0x2_0000_0001, program, text('GPL'), 0, 0, 0, 0, 0), 64);
      },
      { reached: [EINVAL, EFAULT] },
    ),
    attempt('count performance events', () => {
      const attributes = Buffer.alloc(64);
      attributes.writeUInt32LE(PERF_TYPE_SOFTWARE, 0);
      attributes.writeUInt32LE(64, 4);
      return call('perf_event_open', memory(attributes), 0, -1, -1, 0);
    }),
    attempt('handle page faults', () => call('userfaultfd', UFFD_USER_MODE_ONLY)),
    attempt('read the session keyring', () => call('keyctl', KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION, 1)),
    attempt('add a key', () => call('add_key', text('user'), text('pvf'), text('x'), 1, KEY_SPEC_PROCESS)),
    attempt('request a key', () => call('request_key', text('user'), text('pvf'), 0, 0), {
      reached: [ENOKEY],
    }),
    attempt('make all memory executable', () => call('personality', READ_IMPLIES_EXEC)),
    attempt('switch address randomisation off', () => call('personality', ADDR_NO_RANDOMIZE)),
    attempt('change the local descriptor table', () => call('modify_ldt', 0, memory(16), 16)),
    attempt('use I/O ports', () => call('iopl', 3)),
    attempt('load a module', () => call('init_module', 0, 0, text('')), { reached: [EFAULT, EINVAL, 8] }),
    attempt('load a kernel', () => call('kexec_load', 0, 0, 0, 0xffff), { reached: [EINVAL] }),
    attempt('reboot', () => call('reboot', 0, 0, 0, 0), { reached: [EINVAL] }),
    attempt('use swap', () => call('swapon', text('/does/not/exist'), 0), { reached: [ENOENT] }),
    attempt('switch process accounting on', () => call('acct', text('/does/not/exist')), {
      reached: [ENOENT],
    }),
    attempt('read the kernel log with syslog', () => call('syslog', 3, memory(64), 64)),
    attempt(
      'set the clock',
      () => {
        const zone = Buffer.alloc(8);
        zone.writeInt32LE(10_000, 0);
        return call('settimeofday', 0, memory(zone));
      },
      { reached: [EINVAL] },
    ),
    attempt('set the host name', () => call('sethostname', 0, -1), { reached: [EINVAL] }),
    attempt('mount a file system', () => call('mount', text('none'), text('/'), text('nosuchfs'), 0, 0), {
      reached: [ENODEV],
    }),
    attempt('prepare a file system', () => call('fsopen', text('tmpfs'), 0)),
    attempt('move a mount', () => call('move_mount', -1, text(''), -1, text(''), 0), {
      reached: [EBADF, ENOENT],
    }),
    attempt('unmount', ({ outside }) => call('umount2', text(outside), 0), { reached: [EINVAL] }),
    attempt('change a mount', () => call('mount_setattr', AT_FDCWD, text('/'), 0, words(0, 0, 0, 0), 32)),
    attempt('change the root', ({ outside }) => call('chroot', text(outside))),
    attempt('pivot the root', ({ outside }) => call('pivot_root', text(outside), text(outside)), {
      reached: [EINVAL, 16],
    }),
    attempt('list mounts', () => call('listmount', words(24, -1, 0), memory(256), 8, 0)),
    attempt('make an event descriptor', () => call('eventfd2', 0, 0)),
    attempt('make an epoll descriptor', () => call('epoll_create1', 0)),
    attempt('make a timer descriptor', () => call('timerfd_create', 1, 0)),
    attempt('make a signal descriptor', () => call('signalfd4', -1, words(0), 8, 0)),
    attempt('make a timer', () => call('timer_create', 1, 0, memory(8))),
    attempt('synchronise all disks', () => call('syncfs', 0)),
    attempt('make a system call of the x32 table', () => callNumber(0x4000_0000 + 39)),
    attempt('make a 32-bit system call', ({ run }) => run(32)),
    attempt('make a system call that does not exist', () => callNumber(1023), { reached: [38] }),
  ],
};
