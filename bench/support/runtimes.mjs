// Real runtimes as PVFs for the benches: the files of a folder, and variants of them that are other PVFs to everybody.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decompressBlob } from '@pvf/executor';

/** How the file of a runtime ends. */
export const RUNTIME_SUFFIX = '.compact.compressed.wasm';
const CACHE = fileURLToPath(new URL('../../.pvf-cache/real-pvfs', import.meta.url));
const BOMB_LIMIT_BYTES = 30 * 1024 * 1024;
const MODULE_HEADER_BYTES = 8;
const TYPE_SECTION = 1;
const EMPTY_FUNCTION_TYPE = Uint8Array.of(0x60, 0, 0);
const LEB128_BITS = 7;
const LEB128_MORE = 0x80;

/** The folder of real runtimes: given, else PVF_REAL_PVFS, else the repository's cache. */
export function runtimesDir(given) {
  const dir = given ?? process.env.PVF_REAL_PVFS ?? CACHE;
  if (!existsSync(dir)) throw new Error(`no real runtimes at ${dir}; give their folder (--runtimes DIR)`);
  return dir;
}

/** All runtimes of the folder: name and compressed code. */
export function readRuntimes(dir) {
  const runtimes = readdirSync(dir)
    .filter((file) => file.endsWith(RUNTIME_SUFFIX))
    .sort()
    .map((file) => ({ name: basename(file, RUNTIME_SUFFIX), code: readFileSync(join(dir, file)) }));
  if (runtimes.length === 0) throw new Error(`no *${RUNTIME_SUFFIX} in ${dir}`);
  return runtimes;
}

/**
 * The same runtime as another PVF: `number` more types of functions, which no function has, change its hash and its
 * artifact and nothing that it does. (A custom section would not do: it is not in the artifact.) Number 0 is the runtime
 * itself.
 */
export function variantOf(code, number) {
  if (number === 0) return code;
  const raw = decompressBlob(code, BOMB_LIMIT_BYTES);
  const [section, start] = [raw[MODULE_HEADER_BYTES], MODULE_HEADER_BYTES + 1];
  if (section !== TYPE_SECTION) throw new Error('the module does not begin with its types');
  const [size, bodyStart] = readLeb128(raw, start);
  const [count, typesStart] = readLeb128(raw, bodyStart);
  const body = Buffer.concat([
    Uint8Array.from(leb128(count + number)),
    raw.subarray(typesStart, bodyStart + size),
    ...Array.from({ length: number }, () => EMPTY_FUNCTION_TYPE),
  ]);
  return Buffer.concat([
    raw.subarray(0, start),
    Uint8Array.from(leb128(body.length)),
    body,
    raw.subarray(bodyStart + size),
  ]);
}

/** @returns the number and the place behind it */
function readLeb128(bytes, start) {
  let value = 0;
  for (let at = start, shift = 0; ; at++, shift += LEB128_BITS) {
    value |= (bytes[at] & (LEB128_MORE - 1)) << shift;
    if ((bytes[at] & LEB128_MORE) === 0) return [value, at + 1];
  }
}

function leb128(value) {
  const bytes = [];
  for (let rest = value; ; rest >>>= LEB128_BITS) {
    const low = rest & (LEB128_MORE - 1);
    if (rest < LEB128_MORE) return [...bytes, low];
    bytes.push(low | LEB128_MORE);
  }
}
