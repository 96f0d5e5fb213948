import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import { CliError } from '../errors.ts';
import { MAX_FILE_BYTES } from './file.ts';
import { fromHex } from './hex.ts';

/** What a file was wrapped in, outermost first. */
export type Wrapping = 'gzip' | 'zstd' | 'hex' | 'json';

export interface Unwrapped {
  readonly bytes: Uint8Array;
  readonly wrappings: readonly Wrapping[];
}

/** Nobody wraps more often; whatever is left then is what the file holds. */
const MOST_WRAPPINGS = 4;

const GZIP_MAGIC = [0x1f, 0x8b, 0x08];
const ZSTD_MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** Shorter text could as well be bytes that happen to be digits. */
const LEAST_HEX_DIGITS = 16;

/**
 * Takes off what transports and tools put around bytes: gzip, zstd, hexadecimal text with or without 0x and line
 * breaks, JSON strings of it and answers of a node (`{"result": "0x…"}`). A compressed blob of the chain (zstd behind
 * an 8-byte prefix) is what a chain stores and stays as it is.
 *
 * @param broken what is to become of data that begin like a format and are not in it: `refuse` them, or `keep` them as
 *   they are, because they may be anything
 * @throws CliError BAD_WRAPPING, BAD_HEX
 */
export async function unwrap(
  given: Uint8Array,
  what: string,
  broken: 'refuse' | 'keep' = 'refuse',
): Promise<Unwrapped> {
  const wrappings: Wrapping[] = [];
  let bytes = given;
  while (wrappings.length < MOST_WRAPPINGS) {
    let next: { bytes: Uint8Array; wrapping: Wrapping } | undefined;
    try {
      next = await unwrapOnce(bytes, what);
    } catch (error) {
      if (broken === 'refuse') throw error;
    }
    if (next === undefined) break;
    bytes = next.bytes;
    wrappings.push(next.wrapping);
  }
  return { bytes, wrappings };
}

async function unwrapOnce(
  bytes: Uint8Array,
  what: string,
): Promise<{ bytes: Uint8Array; wrapping: Wrapping } | undefined> {
  if (begins(bytes, GZIP_MAGIC)) return { bytes: await decompress(bytes, 'gzip', what), wrapping: 'gzip' };
  if (begins(bytes, ZSTD_MAGIC)) return { bytes: await decompress(bytes, 'zstd', what), wrapping: 'zstd' };
  const hex = hexOf(bytes);
  if (hex !== undefined) return { bytes: fromHex(hex, what), wrapping: 'hex' };
  const answer = jsonHexOf(bytes);
  return answer === undefined ? undefined : { bytes: fromHex(answer, what), wrapping: 'json' };
}

const DECOMPRESS = { gzip: promisify(gunzip), zstd: promisify(zstdDecompress) };

async function decompress(bytes: Uint8Array, format: 'gzip' | 'zstd', what: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await DECOMPRESS[format](bytes, { maxOutputLength: MAX_FILE_BYTES }));
  } catch (error) {
    const tooMuch = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new CliError(
      'BAD_WRAPPING',
      { what, format },
      tooMuch
        ? `${what} decompresses (${format}) to more than ${MAX_FILE_BYTES} bytes`
        : `${what} is a ${format} file that does not decompress: ${(error as Error).message}`,
      tooMuch ? 'no input may be larger' : 'the file is cut off or damaged: get it again',
      { cause: error },
    );
  }
}

/** The digits of hexadecimal text without white space; with 0x before them also if they are none. */
function hexOf(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 256)).toString('latin1').trimStart();
  const marked = /^0x/i.test(start);
  if (!marked && !/^[0-9a-f\s]+$/i.test(start)) return undefined;
  const text = Buffer.from(bytes).toString('latin1').replace(/\s+/g, '');
  if (marked) return text;
  return text.length >= LEAST_HEX_DIGITS && /^([0-9a-f]{2})+$/i.test(text) ? text : undefined;
}

/** `"0x…"`, or what a node answers to `state_getStorage` and the like. */
function jsonHexOf(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 64)).toString('latin1').trimStart();
  if (!start.startsWith('"') && !start.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    const text = typeof value === 'string' ? value : (value as { result?: unknown }).result;
    return typeof text === 'string' && /^0x/i.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

export function begins(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}
