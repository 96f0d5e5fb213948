import type { ChildProcess } from 'node:child_process';
import type { Logger } from 'pino';
import type { WorkerKind } from '../errors.ts';

/** Kept for the message of a failed start, bytes. */
const TAIL_BYTES = 2_048;
/** How the lines begin that a worker of ours writes for a guest (`packages/worker/src/worker/guest-log.ts`). */
const GUEST_LINE = '{"guest":';

/** A worker's line in the log is cut there, characters. */
const LINE_CHARS = 1_024;

/**
 * Follows what a worker writes: each line of stderr goes to the log, the last ones are kept. A guest's own log is in
 * there, so lines are cut and never interpreted; what a guest says is no worker's last word, and is not kept. Standard output is read and thrown away: only its end counts.
 */
export class StderrTail {
  #tail = '';
  #line = '';
  readonly #ended: Promise<void>;

  constructor(child: ChildProcess, { kind, logger }: { kind: WorkerKind; logger: Logger }) {
    child.stdout?.resume();
    this.#ended = new Promise((resolve) => child.stderr?.once('close', resolve));
    child.stderr?.setEncoding('utf8');
    child.stderr?.on('data', (text: string) => {
      const lines = (this.#line + text).split('\n');
      this.#line = (lines.pop() ?? '').slice(0, LINE_CHARS);
      for (const line of lines) {
        if (!line.startsWith(GUEST_LINE)) this.#tail = `${this.#tail}${line}\n`.slice(-TAIL_BYTES);
        if (line !== '')
          logger.info({ worker: kind, workerPid: child.pid, line: line.slice(0, LINE_CHARS) }, 'worker log');
      }
    });
    child.stderr?.on('error', () => {});
    child.stdout?.on('error', () => {});
  }

  /** Resolves when nothing more can come: what a process wrote at its end may still be on its way. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** The error's message with what the worker said last. */
  explain(error: unknown): string {
    const message = error instanceof Error ? error.message : String(error);
    const said = (this.#tail + (this.#line.startsWith(GUEST_LINE) ? '' : this.#line))
      .slice(-TAIL_BYTES)
      .trim();
    return said === '' ? message : `${message}; it said: ${said}`;
  }
}
