import { syscallNumber, syscallTable } from '@pvf/sandbox-linux';
import type { Target } from './attempt.ts';
import { callNumber, memory, text, words } from './native.ts';
import { type Calls, random, runRandomCalls } from './random-calls.ts';

type Name = Parameters<typeof syscallNumber>[0];
const number = (name: Name): number => syscallNumber(name) ?? -1;

/** What jobs may call in one state or another, so that programs of it live to do something. */
const PERMITTED: readonly Name[] = [
  ...(['write', 'munmap', 'mprotect', 'mremap', 'brk', 'sched_yield', 'getpid', 'gettid'] as const),
  ...(['rt_sigprocmask', 'mmap', 'madvise', 'futex', 'clock_gettime', 'close', 'pread64'] as const),
  ...(['pkey_mprotect', 'ioctl', 'seccomp', 'clone', 'prlimit64', 'capset'] as const),
];
const CALLS_PER_PROGRAM = 200;
/** Of a hundred calls, so many of those with checked arguments have the ones that pass. */
const SHAPED_PERCENT = 80;
const ADVICE = [4, 8, 14, 15, 20];
const OPERATIONS = [128, 129];

/** A program of random calls, made in a job that has been taken over. */
export function randomProgram(seed: number, target: Target): number {
  const next = random(seed ^ 0x5bd1_e995);
  const [mmap, madvise, futex, read] = [number('mmap'), number('madvise'), number('futex'), number('read')];
  const soon = words(0, 1000);
  const make = (nr: number, args: readonly number[]): number => {
    const own = [...args];
    const shaped = next(100) < SHAPED_PERCENT;
    if (nr === mmap && shaped) own.splice(2, 4, next(4), 0x22, -1, 0);
    if (nr === madvise && shaped) own[2] = ADVICE[next(ADVICE.length)]!;
    if (nr === futex && shaped) own[1] = OPERATIONS[next(OPERATIONS.length)]!;
    // nobody waits for ever
    if (nr === futex) own[3] = soon;
    // of its pipes a template would wait for orders
    if (nr === read) own[0] = 1000;
    return callNumber(nr, ...own);
  };
  const calls: Calls = {
    make,
    permitted: PERMITTED.map(number).filter((nr) => nr >= 0),
    all: [...syscallTable(process.arch === 'arm64' ? 'arm64' : 'x64').values()],
    avoided: [number('exit'), number('exit_group'), number('pause')],
    addresses: [
      target.request,
      target.sharedPage,
      target.code,
      memory(4096),
      text(target.victim),
      text(target.outside),
      text(target.socketPath),
      text('/proc/self/mem'),
      soon,
    ],
    ids: [target.writeFd, target.workerPid, target.hostPid, target.tcpPort, 0, 1, 2, 3, 4, 5, 10, 30],
  };
  runRandomCalls(seed, CALLS_PER_PROGRAM, calls);
  return 0;
}
