import { MAP_ANONYMOUS, MAP_PRIVATE, PROT_EXEC, PROT_READ, PROT_WRITE } from '../sys/constants.ts';
import { failed, lastErrno, libcSyscallAddress, PAGE_BYTES, sys3, sys6, viewOf } from '../sys/libc.ts';
import { NATIVE_ARCHITECTURE, NR } from '../sys/syscalls.ts';
import { ARM64_SYSCALLS } from '../sys/syscalls-arm64.ts';

/**
 * The signal that ends threads where it can be sent: SYS_exit of x86-64, which is also the number of a real-time signal. libc's `syscall` as
 * its handler is called as `syscall(60, …)`, that is exit, in the thread that gets the signal and only there.
 */
export const EXIT_SIGNAL = 60;
/** `movz xN, #value` and `svc #0` of arm64, whose SYS_exit (93) is no signal. */
const moveTo = (register: number, value: number): number => (0xd280_0000 | (value << 5) | register) >>> 0;
const CALL_KERNEL = 0xd400_0001;
/**
 * What ends them otherwise: real-time signals are queued, and where RLIMIT_SIGPENDING leaves no room for that they are
 * refused (EAGAIN); the old ones never are. SIGURG is of no use to Node.
 */
export const UNQUEUED_EXIT_SIGNAL = 23;
/** `xor edi, edi`, `mov eax, 60` and `syscall`, padded with `nop`. */
const EXIT_ON_X64 = Uint32Array.of(0x3cb8_ff31, 0x0f00_0000, 0x9090_9005);
const EXIT_ON_ARM64 = Uint32Array.of(moveTo(0, 0), moveTo(8, ARM64_SYSCALLS.exit), CALL_KERNEL);

let handler: number | undefined;
let unqueuedHandler: number | undefined;

/**
 * Address of a handler for {@link EXIT_SIGNAL} that ends the thread that it runs in.
 * @throws SandboxError SYSCALL_FAILED
 */
export function exitHandler(): number {
  handler ??= NATIVE_ARCHITECTURE === 'arm64' ? mapCode(EXIT_ON_ARM64) : libcSyscallAddress;
  return handler;
}

/** The same for {@link UNQUEUED_EXIT_SIGNAL}. @throws SandboxError SYSCALL_FAILED */
export function unqueuedExitHandler(): number {
  unqueuedHandler ??= mapCode(NATIVE_ARCHITECTURE === 'arm64' ? EXIT_ON_ARM64 : EXIT_ON_X64);
  return unqueuedHandler;
}

function mapCode(code: Uint32Array): number {
  const address = sys6(NR.mmap, 0, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (address === -1) failed('mmap', lastErrno());
  new Uint32Array(viewOf(address, code.byteLength)).set(code);
  // The kernel makes instruction caches coherent when a page becomes executable.
  if (sys3(NR.mprotect, address, PAGE_BYTES, PROT_READ | PROT_EXEC) !== 0) failed('mprotect', lastErrno());
  return address;
}
