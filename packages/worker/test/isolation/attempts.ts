import { lastErrno, type SyscallName, sys3, sys6, syscallNumber } from '@pvf/sandbox-linux';

/** One thing that native code in a taken-over job tries. */
export interface Attempt {
  readonly name: string;
  /** Makes the system calls; the value of the decisive one, negative errno on failure. */
  readonly run: (target: AttemptTarget) => number;
}

/** What an attacker could know of the process outside. */
export interface AttemptTarget {
  readonly workerPid: number;
  readonly hostPid: number;
}

const buffers: Buffer[] = [];
function cString(text: string): number {
  const bytes = Buffer.from(`${text}\0`);
  buffers.push(bytes);
  return address(bytes);
}
let addressOfBuffer: (bytes: Buffer) => number = () => 0;
/** koffi's address function, injected so that this file stays free of FFI. */
export function useAddressOf(addressOf: (bytes: Buffer) => number): void {
  addressOfBuffer = addressOf;
}
function address(bytes: Buffer): number {
  return addressOfBuffer(bytes);
}

function call(name: SyscallName, ...args: number[]): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = args;
  const nr = syscallNumber(name)!;
  const result = args.length <= 3 ? sys3(nr, a, b, c) : sys6(nr, a, b, c, d, e, f);
  return result < 0 ? -lastErrno() : result;
}

const AT_FDCWD = -100;
const SIGKILL = 9;
const SIGCHLD = 17;
const AF_UNIX = 1;
const AF_INET = 2;
const SOCK_STREAM = 1;
const CLONE_NEWUSER = 0x1000_0000;
const PTRACE_ATTACH = 16;
const PROT_RWX = 7;
const MAP_PRIVATE_ANONYMOUS = 0x22;

export const ATTEMPTS: readonly Attempt[] = [
  { name: 'read /etc/passwd', run: () => call('openat', AT_FDCWD, cString('/etc/passwd'), 0, 0) },
  { name: 'open the root directory', run: () => call('openat', AT_FDCWD, cString('/'), 0, 0) },
  { name: 'open the artifact', run: () => call('openat', AT_FDCWD, cString('/artifact'), 0, 0) },
  { name: 'create a file', run: () => call('openat', AT_FDCWD, cString('/x'), 0o102, 0o600) },
  {
    name: 'read /proc/self/environ',
    run: () => call('openat', AT_FDCWD, cString('/proc/self/environ'), 0, 0),
  },
  { name: 'create a TCP socket', run: () => call('socket', AF_INET, SOCK_STREAM, 0) },
  { name: 'create a Unix socket', run: () => call('socket', AF_UNIX, SOCK_STREAM, 0) },
  { name: 'fork', run: () => call('clone', SIGCHLD, 0, 0, 0, 0) },
  { name: 'make a user namespace', run: () => call('unshare', CLONE_NEWUSER, 0, 0) },
  { name: 'exec a shell', run: () => call('execve', cString('/bin/sh'), 0, 0) },
  { name: 'kill the worker', run: ({ workerPid }) => call('kill', workerPid, SIGKILL, 0) },
  { name: 'kill the host', run: ({ hostPid }) => call('kill', hostPid, SIGKILL, 0) },
  { name: 'kill everyone', run: () => call('kill', -1, SIGKILL, 0) },
  { name: 'trace the worker', run: ({ workerPid }) => call('ptrace', PTRACE_ATTACH, workerPid, 0, 0) },
  { name: 'create a memfd', run: () => call('memfd_create', cString('x'), 0, 0) },
  { name: 'set up io_uring', run: () => call('io_uring_setup', 1, 0, 0) },
  { name: 'raise the limit of descriptors', run: () => call('prlimit64', 0, 7, 0, 0) },
  { name: 'duplicate a descriptor', run: () => call('dup', 1, 0, 0) },
  {
    name: 'map writable and executable memory',
    run: () => call('mmap', 0, 4096, PROT_RWX, MAP_PRIVATE_ANONYMOUS, -1, 0),
  },
  { name: 'add another seccomp filter', run: () => call('seccomp', 1, 0, 0) },
  { name: 'mount a file system', run: () => call('mount', 0, cString('/'), cString('tmpfs'), 0, 0) },
  { name: 'learn the host name', run: () => call('uname', address(Buffer.alloc(400)), 0, 0) },
];
