import type { Readable } from 'node:stream';
import { isCompressed } from '@pvf/protocol';
import { CliError } from '../errors.ts';
import { codeOfChainSpec, isChainSpec } from './chain-spec.ts';
import { exportedPov } from './exported-pov.ts';
import { readInput, shown } from './file.ts';
import { fromHex } from './hex.ts';
import { notCode } from './not-code.ts';
import { begins, unwrap, type Wrapping } from './unwrap.ts';

const WASM_MAGIC = [0x00, 0x61, 0x73, 0x6d];

/** A PVF and how it came. */
export interface CodeSource {
  /** As on chain: WebAssembly, or a compressed blob. */
  readonly code: Uint8Array;
  /** What was taken off, outermost first; empty for a file that is the code itself. */
  readonly readFrom: readonly (Wrapping | 'chain-spec-raw' | 'chain-spec-plain' | 'scale' | 'node')[];
}

/**
 * Reads a PVF: WebAssembly or a compressed blob, out of a chain specification, a dump of `:code`, hexadecimal text,
 * gzip or zstd. What is none of these is refused here, because the usual cause is a wrong file; everything else is for
 * the workers to judge.
 * @throws CliError INPUT_FILE, NOT_CODE, BAD_HEX, BAD_WRAPPING
 */
export async function readCode(path: string, stdin?: Readable): Promise<Uint8Array> {
  return (await readCodeSource(path, stdin)).code;
}

/** As {@link readCode}, with what the file turned out to be. */
export async function readCodeSource(path: string, stdin?: Readable): Promise<CodeSource> {
  return codeOf(await readInput(path, 'PVF', stdin), path);
}

/**
 * The PVF in the bytes of a file.
 * @throws CliError NOT_CODE, BAD_HEX, BAD_WRAPPING
 */
export async function codeOf(given: Uint8Array, path: string): Promise<CodeSource> {
  const outer = await unwrap(given, `PVF ${shown(path)}`).catch((error: unknown) => {
    throw isBrokenZstd(error) ? withoutPrefix(path, given.length) : error;
  });
  if (isCode(outer.bytes)) return { code: outer.bytes, readFrom: outer.wrappings };

  const spec = jsonOf(outer.bytes);
  if (isChainSpec(spec)) {
    const { hex, form } = codeOfChainSpec(spec, path);
    const inner = await unwrap(fromHex(hex, `code in chain specification ${path}`), `code in ${path}`);
    const code = isCode(inner.bytes) ? inner.bytes : withoutLength(inner.bytes);
    if (code !== undefined) return { code, readFrom: [...outer.wrappings, `chain-spec-${form}`] };
    throw notCode(inner.bytes, `the code in chain specification ${path}`, path, undefined);
  }

  const counted = withoutLength(outer.bytes);
  if (counted !== undefined) return { code: counted, readFrom: [...outer.wrappings, 'scale'] };
  throw notCode(outer.bytes, `PVF ${shown(path)}`, path, spec, exportedPov(outer.bytes) !== undefined);
}

function isBrokenZstd(error: unknown): boolean {
  return (
    error instanceof CliError &&
    error.code === 'BAD_WRAPPING' &&
    'format' in error.meta &&
    error.meta.format === 'zstd'
  );
}

function withoutPrefix(path: string, length: number): CliError<'NOT_CODE'> {
  return new CliError(
    'NOT_CODE',
    { path, length },
    `PVF ${shown(path)} is a zstd file without the 8-byte prefix of a compressed blob, and does not decompress`,
    'it is cut off or damaged: take the file that the runtime build names *.compact.compressed.wasm',
  );
}

function isCode(bytes: Uint8Array): boolean {
  return begins(bytes, WASM_MAGIC) || isCompressed(bytes);
}

/** SCALE `Vec<u8>` or `Option<Vec<u8>>`, as dumps of a runtime call have it: code behind its length. */
function withoutLength(bytes: Uint8Array): Uint8Array | undefined {
  for (const start of bytes[0] === 1 ? [0, 1] : [0]) {
    const mode = (bytes[start] ?? 3) & 3;
    if (mode === 3) continue;
    const width = 1 << mode;
    const head = bytes.subarray(start, start + width);
    let length = 0;
    for (const [index, byte] of head.entries()) length += byte * 2 ** (8 * index);
    const rest = bytes.subarray(start + width);
    if (Math.floor(length / 4) === rest.length && isCode(rest)) return rest;
  }
  return undefined;
}

function jsonOf(bytes: Uint8Array): unknown {
  if (!/^\uFEFF?\s*[{[]/.test(Buffer.from(bytes.subarray(0, 64)).toString('utf8'))) return undefined;
  try {
    return JSON.parse(
      Buffer.from(bytes)
        .toString('utf8')
        .replace(/^\uFEFF/, ''),
    );
  } catch {
    return undefined;
  }
}
