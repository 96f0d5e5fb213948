import { readFile, stat } from 'node:fs/promises';
import { CliError } from '../errors.ts';
import { fromHex } from './hex.ts';

/** Larger than any input that a relay chain allows, small enough to be read into memory without thought. Bytes. */
const MAX_FILE_BYTES = 128 * 1024 * 1024;

const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: 'check the path: there is no such file',
  EACCES: 'check its permissions: this user may not read it',
  EISDIR: 'give a file: this is a directory',
  ENOTDIR: 'check the path: part of it is not a directory',
};

/** @throws CliError INPUT_FILE that names the file and what to do. */
export async function readInput(path: string, what: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES) {
      const cause = `${what} ${path} has ${size} bytes`;
      throw new CliError(
        'INPUT_FILE',
        { path, errno: 'EFBIG' },
        cause,
        `no input may exceed ${MAX_FILE_BYTES} bytes`,
      );
    }
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (error instanceof CliError) throw error;
    const errno = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new CliError(
      'INPUT_FILE',
      { path, errno },
      `cannot read ${what} ${path}: ${errno}`,
      REMEDIES[errno] ?? 'check the path and the file system',
      { cause: error },
    );
  }
}

/** Bytes given on the command line: hexadecimal, or `@FILE` with the bytes themselves. */
export async function readHexOrFile(value: string, what: string, length?: number): Promise<Uint8Array> {
  return value.startsWith('@') ? readInput(value.slice(1), what) : fromHex(value, what, length);
}

/** Some tools write bytes as hexadecimal text with 0x; such a file is decoded, any other returned as it is. */
export function decodeHexText(bytes: Uint8Array, what: string): Uint8Array {
  if (bytes[0] !== 0x30 || (bytes[1] !== 0x78 && bytes[1] !== 0x58)) return bytes;
  return fromHex(Buffer.from(bytes).toString('latin1').trim(), what);
}
