import {
  avoidSystemCalls,
  closeDescriptor,
  dropAllCapabilities,
  forkChild,
  pipe,
  readFully,
  type SyscallName,
  sys6,
  syscallNumber,
  waitForChild,
  writeAll,
} from '@pvf/linux';
import { LANDLOCK_CREATE_RULESET_VERSION, SIGSYS, WNOHANG } from '@pvf/linux/constants';
import { messageOf } from '../errors.ts';

const REPORT_BYTES = 4096;
/** Follows the indexes of the calls that the process has lived to make; then comes the reason, if any. */
const DONE = 0xff;

/** About one fork in a thousand ends with SIGSEGV before memory is kept forkable. */
const MAX_ACCIDENTS = 3;

const INVALID = -1;
/** No such descriptor: there is nothing to close, and none can be higher. */
const LAST_DESCRIPTOR = 0xffff_ffff;
/** More than any limit of descriptors, so that nothing is waited for. */
const TOO_MANY = 0x7fff_ffff;

/**
 * What workers, templates and jobs are set up with beyond what Node itself needs, each with arguments that change
 * nothing: whether the call is allowed shows when it is used, here only whether it can be made and lived through.
 */
const HARMLESS = {
  sethostname: [0, INVALID],
  close_range: [LAST_DESCRIPTOR, LAST_DESCRIPTOR],
  dup3: [INVALID, INVALID],
  pidfd_open: [INVALID],
  getpgid: [],
  setpgid: [INVALID],
  socketpair: [INVALID],
  sendmsg: [INVALID],
  recvmsg: [INVALID],
  capget: [],
  setgroups: [INVALID],
  setresuid: [INVALID, INVALID, INVALID],
  setresgid: [INVALID, INVALID, INVALID],
  landlock_create_ruleset: [0, 0, LANDLOCK_CREATE_RULESET_VERSION],
  landlock_add_rule: [INVALID],
  landlock_restrict_self: [INVALID],
  unshare: [0],
  mount: [],
  umount2: [],
  pivot_root: [],
  prctl: [INVALID],
  seccomp: [INVALID],
  prlimit64: [0, INVALID],
  memfd_create: [],
  ftruncate: [INVALID],
  pwrite64: [INVALID],
  wait4: [INVALID, 0, WNOHANG],
  ppoll: [0, TOO_MANY],
} as const satisfies Partial<Record<SyscallName, readonly number[]>>;

type Surveyed = keyof typeof HARMLESS;
const CALLS = Object.keys(HARMLESS) as Surveyed[];
/** The last one is made in earnest, by a process that has nothing to lose. */
const CAPSET = CALLS.length;

/** What the surroundings of this process leave of the calls that workers and jobs are set up with. */
export interface Survey {
  /** They end whoever makes them; this process makes none of them from now on. */
  readonly deadly: readonly SyscallName[];
  /** Why a process cannot give up its capabilities; `undefined` when it can. */
  readonly keepsCapabilities: string | undefined;
}

/** Without these no job can be made, bounded and watched, whatever the layers. */
const NEEDED: readonly Surveyed[] = [
  'prctl',
  'prlimit64',
  'memfd_create',
  'ftruncate',
  'pwrite64',
  'wait4',
  'ppoll',
];

/**
 * Finds out which calls a filter around this process answers with its end (systemd's SystemCallFilter= does so by
 * default), by making each in a child that may die of it. As a rule there is one child; each death costs another one.
 * To be called while this process has one thread.
 *
 * @throws SandboxError when no process can be made; Error when there is no way without a call
 */
export function surveyCalls(): Survey {
  found ??= survey();
  return found;
}

/** What is around a process stays around it. */
let found: Survey | undefined;

function survey(): Survey {
  const deadly: SyscallName[] = [];
  let next = 0;
  for (let accidents = 0; ; ) {
    const { report, signal } = inChild(next);
    const end = report.indexOf(DONE);
    if (end >= 0) {
      const reason = report.toString('utf8', end + 1);
      return concluded(deadly, reason === '' ? undefined : reason);
    }
    const last = report.at(-1);
    if (last === undefined || signal !== SIGSYS) {
      if (++accidents > MAX_ACCIDENTS)
        throw new Error(
          `forked processes end before they can do anything${signal ? ` (signal ${signal})` : ''}`,
        );
      continue;
    }
    const name = last === CAPSET ? 'capset' : CALLS[last]!;
    deadly.push(name);
    next = last + 1;
    if (last >= CAPSET) return concluded(deadly, `capset ${ENDS_PROCESS}`);
  }
}

const ENDS_PROCESS = 'ends every process that calls it, because of a system-call filter around the worker';

function concluded(deadly: readonly SyscallName[], keepsCapabilities: string | undefined): Survey {
  avoidSystemCalls(...deadly);
  const missing = NEEDED.filter((name) => deadly.includes(name));
  if (missing.length === 0) return { deadly, keepsCapabilities };
  const what = missing.join(', ');
  throw new Error(`${what} ${ENDS_PROCESS}; allow it (SystemCallFilter=${missing.join(' ')} of a service)`);
}

/** What the child had to say until its end, and which signal was that. */
function inChild(first: number): { report: Buffer; signal: number | undefined } {
  const { readFd, writeFd } = pipe();
  try {
    const pid = forkChild({ body: () => makeCalls(first, writeFd) });
    closeDescriptor(writeFd);
    const said = Buffer.alloc(REPORT_BYTES);
    const report = said.subarray(0, readFully(readFd, said));
    // Where the child has died of wait4 this process would, too: it ends with what it has found instead.
    const signal = report.at(-1) === CALLS.indexOf('wait4') ? SIGSYS : waitForChild(pid).signaled;
    return { report, signal };
  } finally {
    closeDescriptor(readFd);
  }
}

function makeCalls(first: number, writeFd: number): number {
  for (let index = first; index < CALLS.length; index++) {
    const name = CALLS[index]!;
    const [a = 0, b = 0, c = 0]: readonly number[] = HARMLESS[name];
    writeAll(writeFd, Uint8Array.of(index));
    sys6(syscallNumber(name)!, a, b, c, 0, 0, 0);
  }
  writeAll(writeFd, Uint8Array.of(CAPSET));
  let reason = '';
  try {
    dropAllCapabilities({ boundingSet: false });
  } catch (error) {
    reason = messageOf(error);
  }
  writeAll(writeFd, Uint8Array.of(DONE));
  writeAll(writeFd, Buffer.from(reason).subarray(0, REPORT_BYTES - 2 * CALLS.length));
  return 0;
}
