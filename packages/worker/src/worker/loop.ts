import { exitNow, POLLHUP, POLLIN, type PollEntry, poll } from '@pvf/linux';
import { forgetOutput } from '../children/output.ts';
import { Template } from '../children/template.ts';
import { reapEnded } from '../own-children.ts';
import type { WorkerContext } from './context.ts';

/** What a worker does with requests: `PrepareServer` and `ExecuteServer`. */
export interface RequestServer {
  /** Largest request in bytes. */
  readonly requestLimitBytes: number;
  /** Runs before the first request. */
  begin?(): void;
  /** A request in, the answer out, in parts. */
  answer(request: Uint8Array): readonly Uint8Array[];
  /** Runs when the host has the answer, while it makes up its next request. */
  answered?(): void;
  /** What the host is told, if anything, when it has broken the protocol or closed its end; then the worker ends. */
  farewell?(error: unknown): readonly Uint8Array[] | undefined;
}

/** Answers requests until the host goes away or breaks the protocol; then the worker ends. */
export function serveRequests({ connection, kind, job, log }: WorkerContext, server: RequestServer): never {
  try {
    server.begin?.();
    for (;;) {
      if (!awaitRequest(connection.fd, job.guardFd)) {
        // Without having read a request: the host gives it to another worker.
        log.error(`${kind} worker quits: the process that would end its jobs with it is gone`);
        Template.closeAll();
        return exitNow(1);
      }
      const request = connection.receiveRequest(server.requestLimitBytes);
      if (request === undefined) throw new Error('the host closed the connection');
      connection.send(server.answer(request));
      forgetOutput();
      reapEnded();
      server.answered?.();
    }
  } catch (error) {
    log.warn(`${kind} worker quits: ${error instanceof Error ? error.message : String(error)}`);
    try {
      const last = server.farewell?.(error);
      if (last !== undefined) connection.send(last);
    } catch (failure) {
      log.debug({ err: failure }, 'the host did not hear the reason');
    }
  }
  return exitNow(1);
}

/** Waits until the host says something, or has gone. @returns false when the guard has gone */
function awaitRequest(hostFd: number, guardFd: number | undefined): boolean {
  if (guardFd === undefined) return true;
  const host: PollEntry = { fd: hostFd, events: POLLIN, revents: 0 };
  const guard: PollEntry = { fd: guardFd, events: 0, revents: 0 };
  do poll([host, guard], Template.lookAtRest());
  while (host.revents === 0 && guard.revents === 0);
  return (guard.revents & POLLHUP) === 0;
}
