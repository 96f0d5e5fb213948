// Runs a program in surroundings that refuse system calls, as a service's or a container's policy may do:
//
//   node refuse.ts CALL[,CALL…] EPERM|EACCES|ENOSYS|kill PROGRAM ARG…
//
// Not through a shell and not as a child: limits, user and everything else are the caller's.
import {
  addressOf,
  compileFilter,
  errnoName,
  installFilter,
  lastErrno,
  type SeccompAction,
  type SyscallName,
  setCloseOnExec,
  setNoNewPrivileges,
  sys6,
  syscallNumber,
} from '@pvf/sandbox-linux';

const AT_FDCWD = -100;
const POINTER_BYTES = 8;
const EXIT_NOT_RUN = 125;

const [calls = '', how = '', program = '', ...args] = process.argv.slice(2);
const names = calls.split(',') as SyscallName[];
const action: SeccompAction = how === 'kill' ? 'kill-process' : { errno: how as 'EPERM' };

const path = cString(program);
const argv = pointers([program, ...args]);
const envp = pointers(Object.entries(process.env).map(([name, value]) => `${name}=${value}`));
// Node has its streams closed on exec; which of them are open at all is the caller's affair.
for (const stream of [0, 1, 2]) {
  try {
    setCloseOnExec(stream, false);
  } catch {}
}
const filter = compileFilter({ deny: names, onViolation: action });
setNoNewPrivileges();
installFilter(filter, { allThreads: true });
const [at, argvAt, envpAt] = [path, argv.table, envp.table].map(addressOf) as [number, number, number];
if (names.includes('execve')) sys6(syscallNumber('execveat')!, AT_FDCWD, at, argvAt, envpAt, 0, 0);
else sys6(syscallNumber('execve')!, at, argvAt, envpAt, 0, 0, 0);
console.error(`${program} cannot be run: ${errnoName(lastErrno())}`);
process.exit(EXIT_NOT_RUN);

/** In an ArrayBuffer of its own, which lies outside of V8's heap and stays where it is. */
function cString(text: string): ArrayBuffer {
  const bytes = Buffer.from(`${text}\0`);
  const memory = new ArrayBuffer(bytes.length);
  new Uint8Array(memory).set(bytes);
  return memory;
}

function pointers(texts: readonly string[]): { table: ArrayBuffer; texts: unknown } {
  const strings = texts.map(cString);
  const table = new ArrayBuffer((strings.length + 1) * POINTER_BYTES);
  new BigUint64Array(table).set(strings.map((text) => BigInt(addressOf(text))));
  return { table, texts: strings };
}
