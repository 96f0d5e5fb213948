import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const repositoryRoot = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..');

/** The folder with the golden vectors; without it these tests fail, they never skip. */
export const sharedRoot = process.env.PVF_SHARED ?? resolve(repositoryRoot, '../shared');

export function sharedFile(...path: string[]): string {
  const file = join(sharedRoot, ...path);
  if (!existsSync(file))
    throw new Error(
      `${file} is missing: set PVF_SHARED to the folder with vectors/ (docs/testing.md says how to have it)`,
    );
  return file;
}

export function loadVectors<T>(name: string): T[] {
  return JSON.parse(readFileSync(sharedFile('vectors', name), 'utf8')) as T[];
}

/** Bulk bytes of the vectors, see their README. */
export function lcgBytes({ seed, len }: { seed: number; len: number }): Uint8Array {
  const bytes = new Uint8Array(len);
  let x = seed >>> 0;
  for (let i = 0; i < len; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    bytes[i] = x >>> 24;
  }
  return bytes;
}
