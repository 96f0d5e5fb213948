import { writeAll } from '@pvf/sandbox-linux';
import { type Conduct, DIED, MUTE, TIMED_OUT } from './conduct.ts';
import { call, MAP_PRIVATE_ANONYMOUS, memory, PROT_READ, PROT_WRITE } from './native.ts';
import { CRASH, SPIN } from './native-code.ts';
import { SAYINGS } from './sayings.ts';

/** The kernel refuses more memory; on a slow machine the time is up before. */
const BOMB = {
  verdict: 'possibly-invalid job-died|invalid cpu-timeout',
  preparation: 'JobError|TimedOut',
} as const;
const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const MAP_NORESERVE = 0x4000;
const FUTEX_WAIT_PRIVATE = 128;
const CLONE_THREAD = 0x1_0f00;

/** Fills memory until the kernel refuses, in chunks, with a system call per touch; then ends. */
function fillMemory(protection: number, chunk: number, stride: number): number {
  for (;;) {
    const address = call('mmap', 0, chunk, protection, MAP_PRIVATE_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (address < 0) return 3;
    for (let at = address; at < address + chunk; at += stride) {
      if (protection === PROT_READ) call('futex', at, FUTEX_WAIT_PRIVATE, 1, 0, 0, 0);
      else call('clock_gettime', 1, at);
    }
  }
}

export const CONDUCTS: readonly Conduct[] = [
  ...SAYINGS,
  {
    name: 'writes to its pipe without end',
    conduct: ({ writeFd }) => {
      const bytes = new Uint8Array(65_536);
      for (;;) writeAll(writeFd, bytes);
    },
    ...DIED,
  },
  {
    name: 'writes byte after byte without end',
    conduct: ({ writeFd }) => {
      const bytes = new Uint8Array(1);
      for (;;) writeAll(writeFd, bytes);
    },
    verdict: 'possibly-invalid job-died|invalid cpu-timeout',
    preparation: 'JobDied|TimedOut',
  },
  { name: 'loops for ever', conduct: ({ run }) => run(SPIN), ...TIMED_OUT },
  { name: 'crashes', conduct: ({ run }) => run(CRASH), ...DIED },
  { name: 'ends as if out of memory', conduct: () => 137, ...MUTE },
  { name: 'kills itself as if out of memory', conduct: () => call('kill', 0, 9), ...DIED },
  { name: 'stops itself', conduct: () => call('kill', call('getpid'), 19), ...DIED },
  {
    name: 'closes its pipe and goes on',
    conduct: ({ writeFd, run }) => call('dup2', 0, writeFd) + run(SPIN),
    ...DIED,
  },
  {
    name: 'loops in short-lived threads',
    conduct: () => call('clone', CLONE_THREAD, 0, 0, 0, 0),
    ...DIED,
  },
  { name: 'sleeps', conduct: () => call('nanosleep', 0, 0), ...DIED },
  { name: 'fills memory', conduct: () => fillMemory(PROT_READ | PROT_WRITE, 16 * MIB, 4096), ...BOMB },
  { name: 'fills page tables', conduct: () => fillMemory(PROT_READ, 2 * GIB, 2 * MIB), ...BOMB },
];

/** Ends only when its worker is ended: neither uses time nor answers. */
export const SLEEPERS: readonly Conduct[] = [
  {
    name: 'waits for ever',
    conduct: () => {
      for (;;) call('futex', memory(8), FUTEX_WAIT_PRIVATE, 0, 0, 0, 0);
    },
    verdict: 'invalid wall-timeout',
    preparation: 'TimedOut',
  },
];
