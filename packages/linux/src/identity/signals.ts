import { SIG_BLOCK } from '../sys/constants.ts';
import { failed, lastErrno, sys6 } from '../sys/libc.ts';
import { reserve } from '../sys/memory.ts';
import { NR } from '../sys/syscalls.ts';

const SIGNAL_SET_BYTES = 8;
const all = reserve(SIGNAL_SET_BYTES);
all.bytes.fill(0xff);

/**
 * Blocks every signal that can be blocked, for good: only SIGKILL ends this process from outside then, and SIGSTOP stops it.
 * @throws SandboxError SYSCALL_FAILED
 */
export function blockSignals(): void {
  if (sys6(NR.rt_sigprocmask, SIG_BLOCK, all.address, 0, SIGNAL_SET_BYTES, 0, 0) !== 0)
    failed('rt_sigprocmask', lastErrno());
}
