import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the repository; set by verify/fuzz/main.mjs. */
const root = process.env.PVF_FUZZ_ROOT ?? '.';
const MAX_SEED_BYTES = 64 * 1024;

/** Every byte string that a JSON file of test vectors has in a field of one of these names. */
export function hexFields(path: string, names: readonly string[]): Uint8Array[] {
  if (!existsSync(path)) return [];
  const found: Uint8Array[] = [];
  const visit = (value: unknown, name: string): void => {
    if (typeof value === 'string') {
      if (names.includes(name) && value.length <= 2 * MAX_SEED_BYTES && /^(?:[0-9a-f]{2})*$/.test(value))
        found.push(Buffer.from(value, 'hex'));
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) visit(inner, Array.isArray(value) ? name : key);
    }
  };
  visit(JSON.parse(readFileSync(path, 'utf8')), '');
  return found;
}

export function inRepository(path: string): string {
  return join(root, path);
}

/** The folder of vectors that is not part of the repository (PVF_SHARED, as for the tests); it may be missing. */
export function inShared(path: string): string {
  return join(process.env.PVF_SHARED ?? join(root, '../shared'), path);
}

/** Small wasm modules: the example PVF, the guests of the test kit, the modules of the vectors. */
export async function modules(): Promise<Uint8Array[]> {
  const kit = await import('@pvf/test-kit');
  const found = kit.GUEST_NAMES.map((name) => kit.guest(name));
  found.push(readFileSync(inRepository('examples/adder-pvf/dist/adder.wasm')));
  const folder = inShared('vectors/wasm');
  if (existsSync(folder))
    for (const name of readdirSync(folder))
      if (name.endsWith('.wasm')) found.push(readFileSync(join(folder, name)));
  return found.filter((module) => module.length <= MAX_SEED_BYTES);
}
