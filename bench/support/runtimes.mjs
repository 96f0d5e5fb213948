// Real runtimes as PVFs for the benches: the files of a folder, and variants of them that are other PVFs to everybody.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decompressBlob } from '@pvf/executor';

const SUFFIX = '.compact.compressed.wasm';
const CACHE = fileURLToPath(new URL('../../.pvf-cache/real-pvfs', import.meta.url));
const BOMB_LIMIT_BYTES = 30 * 1024 * 1024;
const CUSTOM_SECTION = 0;
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
    .filter((file) => file.endsWith(SUFFIX))
    .sort()
    .map((file) => ({ name: basename(file, SUFFIX), code: readFileSync(join(dir, file)) }));
  if (runtimes.length === 0) throw new Error(`no *${SUFFIX} in ${dir}`);
  return runtimes;
}

/**
 * The same runtime as another PVF: a custom section behind it changes its hash, its artifact and nothing that it does.
 * Number 0 is the runtime itself.
 */
export function variantOf(code, number) {
  if (number === 0) return code;
  const raw = decompressBlob(code, BOMB_LIMIT_BYTES);
  const name = new TextEncoder().encode(`variant-${number}`);
  const content = Uint8Array.of(...leb128(name.length), ...name);
  return Buffer.concat([raw, Uint8Array.of(CUSTOM_SECTION, ...leb128(content.length)), content]);
}

function leb128(value) {
  const bytes = [];
  for (let rest = value; ; rest >>>= LEB128_BITS) {
    const low = rest & (LEB128_MORE - 1);
    if (rest < LEB128_MORE) return [...bytes, low];
    bytes.push(low | LEB128_MORE);
  }
}
