import { exitNow } from '@pvf/sandbox-linux';
import type { WorkerContext } from './program.ts';

/** Answers requests until the host goes away or breaks the protocol; then the worker ends. */
export function serveRequests(
  { connection, kind, log }: WorkerContext,
  requestLimitBytes: number,
  answer: (request: Uint8Array) => readonly Uint8Array[],
): never {
  try {
    for (;;) {
      const request = connection.receive(requestLimitBytes);
      if (request === undefined) break;
      connection.send(answer(request));
    }
    log.debug(`${kind} worker quits: the host closed the connection`);
  } catch (error) {
    log.warn(
      { err: error },
      `${kind} worker quits: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return exitNow(1);
}
