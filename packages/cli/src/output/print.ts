import type { Readable } from 'node:stream';
import { isReaderGone, OutputError } from './stream-errors.ts';
import type { Output } from './terminal.ts';

/** Where a command reads and writes: the process's own, or a test's. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Default: the process's own. */
  readonly stdin?: Readable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
}

/**
 * Prints to stdout and waits until it is taken: a pipe's reader may be slow, and the process ends afterwards. That the
 * reader has gone changes nothing about a verdict.
 */
export function print(io: Io, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    io.stdout.write(`${text}\n`, (error) =>
      error && !isReaderGone(error) ? reject(new OutputError(error)) : resolve(),
    );
  });
}

/** Prints text for people: on a terminal, lines break between words at its width, with the indent of their first. */
export async function say(io: Io, text: string): Promise<void> {
  const { isTTY, columns } = io.stdout;
  if (isTTY !== true || columns === undefined) return print(io, text);
  const { default: wrapAnsi } = await import('wrap-ansi');
  const wrapped = text.split('\n').flatMap((line) => {
    const indent = /^ */.exec(line)?.[0] ?? '';
    const lines = wrapAnsi(line.trimStart(), columns - indent.length, { hard: true, trim: false }).split(
      '\n',
    );
    return lines.map((part) => `${indent}${part}`.trimEnd());
  });
  return print(io, wrapped.join('\n'));
}
