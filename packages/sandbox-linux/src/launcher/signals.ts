import { failed, lastErrno, libcSigaction, NR, readInto, reserve, sys6, WOULD_BLOCK } from '@pvf/linux';
import { SFD_CLOEXEC, SFD_NONBLOCK, SIG_BLOCK, SIG_SETMASK, SIGKILL, SIGSTOP } from '@pvf/linux/constants';

const SIGNAL_SET_BYTES = 8;
// struct signalfd_siginfo: ssi_signo at 0, ssi_code at 8
const SIGINFO_BYTES = 128;
const SI_KERNEL = 0x80;
const SIGACTION_BYTES = 152;
const LAST_STANDARD_SIGNAL = 31;
const SIG_IGN = 1n;

const set = reserve(SIGNAL_SET_BYTES);
const before = reserve(SIGNAL_SET_BYTES);

function fill(signals: readonly number[]): void {
  let mask = 0n;
  for (const signal of signals) mask |= 1n << BigInt(signal - 1);
  set.view.setBigUint64(0, mask, true);
}

/** A descriptor that delivers the signals, which are blocked from now on; close on exec, non-blocking. */
export function signalDescriptor(signals: readonly number[]): number {
  fill(signals);
  if (sys6(NR.rt_sigprocmask, SIG_BLOCK, set.address, before.address, SIGNAL_SET_BYTES, 0, 0) !== 0) {
    failed('rt_sigprocmask', lastErrno());
  }
  const fd = sys6(NR.signalfd4, -1, set.address, SIGNAL_SET_BYTES, SFD_CLOEXEC | SFD_NONBLOCK, 0, 0);
  return fd >= 0 ? fd : failed('signalfd4', lastErrno());
}

/** One signal from the descriptor; `fromKernel` for those that a terminal sends to its whole process group. */
export function takeSignal(
  fd: number,
): { readonly signal: number; readonly fromKernel: boolean } | undefined {
  const info = Buffer.alloc(SIGINFO_BYTES);
  const n = readInto(fd, info);
  if (n === WOULD_BLOCK || n < SIGINFO_BYTES) return undefined;
  return { signal: info.readUInt32LE(0), fromKernel: info.readInt32LE(8) === SI_KERNEL };
}

/** Takes away what these signals do by default; to be undone by {@link resetSignals} for a program. */
export function ignoreSignals(signals: readonly number[]): void {
  const action = Buffer.alloc(SIGACTION_BYTES);
  action.writeBigUInt64LE(SIG_IGN);
  for (const signal of signals) libcSigaction(signal, action, null);
}

/** No signal blocked, none ignored, no handler: as a program expects to be started. */
export function resetSignals(): void {
  const action = Buffer.alloc(SIGACTION_BYTES);
  for (let signal = 1; signal <= LAST_STANDARD_SIGNAL; signal++) {
    if (signal !== SIGKILL && signal !== SIGSTOP) libcSigaction(signal, action, null);
  }
  set.view.setBigUint64(0, 0n, true);
  sys6(NR.rt_sigprocmask, SIG_SETMASK, set.address, 0, SIGNAL_SET_BYTES, 0, 0);
}
