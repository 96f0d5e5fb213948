import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..');

/** One line of protocol.json; which fields are there depends on `type`. */
export interface VectorRecord {
  readonly name: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Bulk bytes of a vector. */
export interface Lcg {
  readonly seed: number;
  readonly len: number;
}

/** All records of protocol.json; throws when the folder is missing, since such a run proves nothing. */
export function loadProtocolVectors(): VectorRecord[] {
  return load('protocol.json');
}

/** All records of receipt.json. */
export function loadReceiptVectors(): VectorRecord[] {
  return load('receipt.json');
}

function load(file: string): VectorRecord[] {
  const shared = process.env.PVF_SHARED ?? join(repository, '../shared');
  const path = join(shared, 'vectors', file);
  if (!existsSync(path)) {
    throw new Error(
      `${path} is missing: set PVF_SHARED to the folder with vectors/ (docs/testing.md says how to have it)`,
    );
  }
  return JSON.parse(readFileSync(path, 'utf8')) as VectorRecord[];
}

/** The bytes that an `lcg` field stands for. */
export function lcgBytes({ seed, len }: Lcg): Uint8Array {
  const bytes = new Uint8Array(len);
  let x = seed >>> 0;
  for (let index = 0; index < len; index++) {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = x >>> 24;
  }
  return bytes;
}
