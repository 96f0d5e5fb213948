/** After the first EPIPE, Node destroys the stream and fails further writes with an error of its own. */
const READER_GONE: ReadonlySet<unknown> = new Set(['EPIPE', 'ERR_STREAM_DESTROYED']);

/** Whether an error of an output stream means only that its reader has gone. */
export function isReaderGone(error: NodeJS.ErrnoException): boolean {
  return READER_GONE.has(error.code);
}

/** Standard output takes nothing more, although its reader is there: `pvf … > /dev/full`. */
export class OutputError extends Error {
  override readonly name = 'OutputError';

  constructor(cause: Error) {
    super(`cannot write to standard output: ${cause.message}`, { cause });
  }
}
