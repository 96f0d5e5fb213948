import { readdirSync, readFileSync } from 'node:fs';
import { SandboxError } from '../error.ts';
import { sleep } from '../io/poll.ts';
import { EAGAIN } from '../sys/constants.ts';
import { failed, lastErrno, libcSigaction, sys3 } from '../sys/libc.ts';
import { reserve, writeInt64 } from '../sys/memory.ts';
import { NR } from '../sys/syscalls.ts';
import { EXIT_SIGNAL, exitHandler, UNQUEUED_EXIT_SIGNAL, unqueuedExitHandler } from './exit-thread.ts';
import { exitNow } from './fork.ts';

// struct sigaction of glibc and musl: handler, 128 bytes of mask, flags, restorer
const action = reserve(152);
const SINGLE_THREADED = /^--single[-_]threaded$/;
const WAIT_STEP_MS = 1;
/** An idle thread ends as soon as it runs, which on a busy machine can take seconds. */
const WAIT_MAX_MS = 10_000;
const RESEND_EVERY_MS = 100;
const IDLE_MAX_MS = 1000;
const SLEEPING = 'S';

/** The thread ids of this process (needs /proc). */
export function threadIds(): number[] {
  return readdirSync('/proc/self/task').map(Number);
}

/**
 * Ends every thread of this process but the calling one. Only for a Node whose other threads are idle
 * and not needed: started with `--single-threaded --v8-pool-size=0 --disable-sigusr1`, before any use of
 * libuv's thread pool. (With other flags V8's workers may end in the middle of something that the main thread
 * waits for, and the SIGUSR1 thread takes no signals.) Afterwards the process can unshare, restrict itself as a whole and fork. Needs /proc.
 *
 * Node's own shutdown would wait for ever for the threads that are gone, so an `exit` listener ends the process
 * by `exitNow`; `exit` listeners that are added later than this call do not run.
 * @param options.force go on although Node was not started with `--single-threaded`; it may hang
 * @returns how many threads ended, and how many would not within ten seconds
 * @throws SandboxError NOT_SINGLE_THREADED (the flags are missing), SYSCALL_FAILED
 */
export function endSiblingThreads(options: { readonly force?: boolean } = {}): {
  ended: number;
  remaining: number;
} {
  const before = threadIds().length;
  if (before === 1) return { ended: 0, remaining: 0 };
  if (options.force !== true && !process.execArgv.some((flag) => SINGLE_THREADED.test(flag))) {
    throw new SandboxError(
      'NOT_SINGLE_THREADED',
      { threads: before },
      `this Node has ${before} threads in use; start it with --single-threaded --v8-pool-size=0 --disable-sigusr1`,
    );
  }
  awaitIdleSiblings();
  endWithoutShutdown();
  setHandler(EXIT_SIGNAL, exitHandler());
  let signal = EXIT_SIGNAL;
  let threads = before;
  for (let waited = 0; threads > 1 && waited < WAIT_MAX_MS; waited += WAIT_STEP_MS) {
    if (waited % RESEND_EVERY_MS === 0) {
      for (const tid of threadIds()) {
        if (tid === process.pid || sys3(NR.tgkill, process.pid, tid, signal) === 0) continue;
        if (lastErrno() !== EAGAIN || signal !== EXIT_SIGNAL) continue;
        signal = UNQUEUED_EXIT_SIGNAL;
        setHandler(signal, unqueuedExitHandler());
        sys3(NR.tgkill, process.pid, tid, signal);
      }
    }
    sleep(threads === before && waited === 0 ? 0 : WAIT_STEP_MS);
    threads = threadIds().length;
  }
  // A thread that gets its signal late must still find the handler: without one the signal ends the process.
  if (threads === 1) for (const used of new Set([EXIT_SIGNAL, signal])) setHandler(used, 0);
  return { ended: before - threads, remaining: threads - 1 };
}

/**
 * On a busy machine a thread may not have come to rest yet since it was started; ended in the middle of something it could
 * take a lock with it that this thread needs later. Where /proc does not tell, or it takes too long, goes on.
 */
function awaitIdleSiblings(): void {
  for (let waited = 0; waited < IDLE_MAX_MS; waited += WAIT_STEP_MS) {
    if (threadIds().every((tid) => tid === process.pid || isAtRest(tid))) return;
    sleep(WAIT_STEP_MS);
  }
}

function isAtRest(tid: number): boolean {
  try {
    const stat = readFileSync(`/proc/self/task/${tid}/stat`, 'latin1');
    // pid (name) state: the name may hold anything.
    return stat.charAt(stat.lastIndexOf(')') + 2) === SLEEPING;
  } catch {
    return true;
  }
}

let hooked = false;

function endWithoutShutdown(): void {
  if (hooked) return;
  hooked = true;
  process.on('exit', (code) => exitNow(code));
}

function setHandler(signal: number, address: number): void {
  writeInt64(action.view, 0, address);
  if (libcSigaction(signal, action.bytes, null) !== 0) failed('sigaction', lastErrno());
}
