import { open, readSmallFile, writeAll } from '@pvf/linux';
import { O_WRONLY } from '@pvf/linux/constants';

const PATH = 'self/oom_score_adj';
/** When memory runs out, the kernel ends a process with this score before any other (proc_pid_oom_score_adj(5)). */
const FIRST_VICTIM = Buffer.from('1000');

let kept: { readonly fd: number; readonly own: Buffer } | undefined;

/**
 * To be called once, while the file can still be opened.
 *
 * @param procFd a kept /proc directory
 * @throws SandboxError when it cannot be opened
 */
export function keepOomScore(procFd: number): void {
  kept = { own: Buffer.from(readSmallFile(PATH, procFd).trim()), fd: open(PATH, O_WRONLY, procFd) };
}

/**
 * Forks with the score of what is to end first when the machine's memory runs out, which the child inherits with all
 * that it makes; a process may raise its score and take it back to where it was, so the worker keeps its own.
 *
 * @param fork returns in the worker only
 */
export function forkAsFirstVictim(fork: () => number): number {
  if (kept === undefined) return fork();
  writeAll(kept.fd, FIRST_VICTIM);
  try {
    return fork();
  } finally {
    writeAll(kept.fd, kept.own);
  }
}
