import { exitNow } from '@pvf/linux';
import { forgetOutput } from '../children/output.ts';
import type { WorkerContext } from './program.ts';

export interface RequestLoop {
  /** Largest request in bytes. */
  readonly requestLimitBytes: number;
  /** A request in, the answer out, in parts. */
  readonly answer: (request: Uint8Array) => readonly Uint8Array[];
  /** Runs when the host has the answer, while it makes up its next request. */
  readonly answered?: () => void;
  /** What the host is told, if anything, when it has broken the protocol or closed its end; then the worker ends. */
  readonly farewell?: (error: unknown) => readonly Uint8Array[] | undefined;
  /** Runs before the first request. */
  readonly begin?: () => void;
}

/** Answers requests until the host goes away or breaks the protocol; then the worker ends. */
export function serveRequests({ connection, kind, log }: WorkerContext, loop: RequestLoop): never {
  try {
    loop.begin?.();
    for (;;) {
      const request = connection.receive(loop.requestLimitBytes);
      if (request === undefined) throw new Error('the host closed the connection');
      connection.send(loop.answer(request));
      forgetOutput();
      loop.answered?.();
    }
  } catch (error) {
    log.warn(`${kind} worker quits: ${error instanceof Error ? error.message : String(error)}`);
    try {
      const last = loop.farewell?.(error);
      if (last !== undefined) connection.send(last);
    } catch (failure) {
      log.debug({ err: failure }, 'the host did not hear the reason');
    }
  }
  return exitNow(1);
}
