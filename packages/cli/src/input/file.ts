import { open, readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { CliError } from '../errors.ts';
import { fromHex } from './hex.ts';

/** Larger than any input that a relay chain allows, small enough to be read into memory without thought. Bytes. */
export const MAX_FILE_BYTES = 128 * 1024 * 1024;

/** A path that stands for standard input, as with most programs. */
export const STDIN = '-';

const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: 'check the path: there is no such file',
  EACCES: 'check its permissions: this user may not read it',
  EISDIR: 'give a file: this is a directory',
  ENOTDIR: 'check the path: part of it is not a directory',
  ELOOP: 'check the path: its symbolic links lead in a circle',
  ENAMETOOLONG: 'check the path: it is too long; contents are given as FILE, never on the command line',
};

/** Streams that were read: what one input has taken is not there for a second. */
const taken = new WeakSet<object>();

/**
 * Reads a file, a pipe, or with `-` standard input, to its end.
 * @throws CliError INPUT_FILE that names the file and what to do.
 */
export async function readInput(
  path: string,
  what: string,
  stdin: Readable = process.stdin,
): Promise<Uint8Array> {
  try {
    if (path === STDIN) return await readStream(stdin, what);
    const file = await open(path, 'r');
    try {
      const stats = await file.stat();
      if (stats.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
      if (stats.size > MAX_FILE_BYTES) throw tooLarge(path, what, `${stats.size} bytes`);
      return stats.isFile()
        ? new Uint8Array(await readFile(file))
        : await readStream(file.createReadStream({ autoClose: false }), what);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    const errno = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new CliError(
      'INPUT_FILE',
      { path, errno },
      `cannot read ${what} ${shown(path)}: ${errno}`,
      REMEDIES[errno] ?? 'check the path and the file system',
      { cause: error },
    );
  }
}

async function readStream(stream: Readable, what: string): Promise<Uint8Array> {
  if (taken.has(stream)) {
    throw new CliError(
      'BAD_USAGE',
      { option: STDIN },
      `standard input (-) is named twice; ${what} would get nothing`,
      'give one of the two as a file',
    );
  }
  taken.add(stream);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array | string>) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    length += bytes.length;
    if (length > MAX_FILE_BYTES) throw tooLarge(STDIN, what, `more than ${MAX_FILE_BYTES} bytes`);
    chunks.push(bytes);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function tooLarge(path: string, what: string, size: string): CliError<'INPUT_FILE'> {
  return new CliError(
    'INPUT_FILE',
    { path, errno: 'EFBIG' },
    `${what} ${shown(path)} has ${size}`,
    `no input may exceed ${MAX_FILE_BYTES} bytes`,
  );
}

/** A path for a message: a slip such as contents instead of a path would fill the screen. */
export function shown(path: string): string {
  if (path === STDIN) return 'from standard input';
  return path.length <= 200 ? path : `${path.slice(0, 80)}…`;
}

/** Bytes given on the command line: hexadecimal, or `@FILE` with the bytes themselves or as hexadecimal text. */
export async function readHexOrFile(
  value: string,
  what: string,
  length?: number,
  stdin?: Readable,
): Promise<Uint8Array> {
  if (!value.startsWith('@')) return fromHex(value, what, length);
  return decodeHexText(await readInput(value.slice(1), what, stdin), `${what} ${value.slice(1)}`);
}

/** Some tools write bytes as hexadecimal text with 0x; such a file is decoded, any other returned as it is. */
export function decodeHexText(bytes: Uint8Array, what: string): Uint8Array {
  if (bytes[0] !== 0x30 || (bytes[1] !== 0x78 && bytes[1] !== 0x58)) return bytes;
  return fromHex(Buffer.from(bytes).toString('latin1').replace(/\s+/g, ''), what);
}
