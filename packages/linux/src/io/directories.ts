import { O_DIRECTORY } from '../sys/arch.ts';
import { AT_FDCWD, EEXIST, O_PATH } from '../sys/constants.ts';
import { failed, lastErrno, sys3 } from '../sys/libc.ts';
import { cString } from '../sys/memory.ts';
import { NR } from '../sys/syscalls.ts';
import { open } from './files.ts';

/** For the owner alone. */
const MODE = 0o700;

/**
 * A descriptor that paths can start from, whatever becomes of the path to the directory itself. Whoever holds it reaches
 * what lies below: close it before running anything untrusted.
 * @throws SandboxError SYSCALL_FAILED
 */
export function openDirectory(path: string): number {
  return open(path, O_PATH | O_DIRECTORY);
}

/**
 * Makes a directory for its owner alone, unless there is one.
 * @param directory descriptor that a relative path starts from; the working directory by default
 * @throws SandboxError SYSCALL_FAILED
 */
export function makeDirectory(path: string, directory = AT_FDCWD): void {
  if (sys3(NR.mkdirat, directory, cString(path), MODE) === 0) return;
  const errno = lastErrno();
  if (errno !== EEXIST) failed('mkdirat', errno, path);
}
