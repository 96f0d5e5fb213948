import { type ChildEnd, type ForkOptions, forkChild, waitForChild } from '@pvf/linux';
import { SIGSEGV } from '@pvf/linux/constants';

/** How often a fork is made anew; a second accident in a row takes another such chance. */
export const MAX_FORK_ACCIDENTS = 3;

/**
 * True if a forked child may have died of a page that V8 allocated just before the fork, and which it lacks (see
 * `keepMemoryForkable`, whose filter every program would inherit). It does so as soon as it allocates anything; made anew,
 * it has that page. Whether there is one depends on how much was allocated before, so the same program may meet it at
 * every start.
 */
export const mayBeForkAccident = ({ signaled }: ChildEnd): boolean => signaled === SIGSEGV;

/** Forks a child that ends at once and waits for it; anew after an accident. @throws SandboxError SYSCALL_FAILED (`clone`) */
export function forkAndWait(options: ForkOptions): ChildEnd {
  let end = waitForChild(forkChild(options));
  for (let accidents = 0; mayBeForkAccident(end) && accidents < MAX_FORK_ACCIDENTS; accidents++)
    end = waitForChild(forkChild(options));
  return end;
}
