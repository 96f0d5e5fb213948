import type { ChildProcess } from 'node:child_process';

/** Where signals are refused (a filter around this program), it ends by itself once its host is gone. */
export function kill(child: ChildProcess): void {
  try {
    child.kill('SIGKILL');
  } catch {}
}

/**
 * Call it at once for each child: where the kernel refuses the call that makes its pipes, Node tells the child and the
 * streams, and an error of a stream that nobody listens to ends this program.
 */
export function outliveBrokenPipes(child: ChildProcess): void {
  for (const stream of [child.stdout, child.stderr]) stream?.on('error', () => undefined);
}
