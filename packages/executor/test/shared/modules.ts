import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decompressBlob } from '../../src/blob/index.ts';
import { sharedFile } from './vectors.ts';

/** The fields by which a vector names its module. */
export interface ModuleRecord {
  readonly name: string;
  readonly sha256: string;
  readonly wasm?: string;
  readonly file?: string;
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A limit above every module of the vectors; the real runtimes reach 7.6 MB. */
const ANY_SIZE = 2 ** 30;

/**
 * The module of a record, checked against its hash. Real runtimes (`pvf:NAME`) are looked up in the folder
 * PVF_REAL_PVFS, which the vectors' tool fills; without it these tests fail, they never skip.
 */
export function moduleOf(record: ModuleRecord): Uint8Array {
  const bytes = bytesOf(record);
  if (sha256(bytes) !== record.sha256) throw new Error(`${record.name}: the module has another hash`);
  return bytes;
}

function bytesOf({ name, wasm, file }: ModuleRecord): Uint8Array {
  if (wasm !== undefined) return Buffer.from(wasm, 'hex');
  if (file === undefined) throw new Error(`${name}: the record has no module`);
  if (!file.startsWith('pvf:')) return readFileSync(sharedFile('vectors', file));
  const folder = process.env.PVF_REAL_PVFS;
  if (folder === undefined) throw new Error('set PVF_REAL_PVFS to the folder with the real runtimes');
  const blob = readFileSync(join(folder, `${file.slice('pvf:'.length)}.compact.compressed.wasm`));
  return decompressBlob(blob, ANY_SIZE);
}
