// Runs in a sandbox of `sandbox-linux run`'s policy (sandbox.mjs): forks programs of random system calls, each made of
// a seed, until the time is up. Arguments: the first seed, seconds, paths that it is not given.
import {
  addressOf,
  endSiblingThreads,
  forkChild,
  initialise,
  lastErrno,
  sys3,
  sys6,
  syscallNumber,
  syscallTable,
  waitForChild,
} from '../../packages/linux/dist/index.js';
import { runRandomCalls } from '../../packages/worker/test/isolation/random-calls.ts';

const CALLS = 150;
const WAITING = [
  ...['pause', 'rt_sigsuspend', 'rt_sigtimedwait', 'select', 'pselect6', 'poll', 'ppoll', 'epoll_wait'],
  ...['epoll_pwait', 'epoll_pwait2', 'wait4', 'waitid', 'nanosleep', 'clock_nanosleep', 'msgrcv'],
  ...['semop', 'semtimedop', 'flock', 'exit', 'exit_group', 'futex', 'futex_wait', 'futex_waitv'],
];
const ALARM_US = 200_000;

const [seed = 1, seconds = 5] = process.argv.slice(2, 4).map(Number);
const paths = process.argv.slice(4);
endSiblingThreads();
initialise();
const kept = paths.map((path) => Buffer.from(`${path}\0`));
const page = Buffer.alloc(8192);
const table = syscallTable(process.arch === 'arm64' ? 'arm64' : 'x64');
const timer = Buffer.alloc(32);
timer.writeBigInt64LE(BigInt(ALARM_US), 24);
const end = performance.now() + seconds * 1000;
let programs = 0;
while (performance.now() < end) {
  const own = seed + programs;
  const pid = forkChild({
    body: () => {
      sys3(syscallNumber('setitimer'), 0, addressOf(timer), 0);
      runRandomCalls(own, CALLS, {
        make: (nr, [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0]) => {
          const result = sys6(nr, a, b, c, d, e, f);
          return result === -1 ? -lastErrno() : result;
        },
        permitted: [],
        all: [...table.values()],
        avoided: WAITING.flatMap((name) => syscallNumber(name) ?? []),
        addresses: [...kept.map((buffer) => addressOf(buffer)), addressOf(page), addressOf(timer)],
        ids: [-1, 0, 1, 2, 3, 4, 5, process.pid, process.ppid],
      });
      return 0;
    },
  });
  waitForChild(pid);
  programs++;
}
process.stdout.write(`${programs} programs\n`);
