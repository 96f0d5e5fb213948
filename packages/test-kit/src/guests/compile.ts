import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import initWabt from 'wabt';

const wabt = await initWabt();
const folder = join(dirname(createRequire(import.meta.url).resolve('@pvf/test-kit/package.json')), 'guests');

/** Features of the text format that a guest may use, so that guests which overstep the MVP can be written at all. */
const FEATURES = { mutable_globals: true, sign_extension: true, bulk_memory: true };

/** Compiles a module in the text format. Names are not kept, nothing is validated: some guests are invalid on purpose. */
export function compileWat(source: string, name = 'guest.wat'): Uint8Array {
  const module = wabt.parseWat(name, source, FEATURES);
  try {
    return new Uint8Array(module.toBinary({ canonicalize_lebs: true }).buffer);
  } finally {
    module.destroy();
  }
}

/** Compiles `guests/<name>.wat` of this package. */
export function compileGuestFile(name: string): Uint8Array {
  return compileWat(readFileSync(join(folder, `${name}.wat`), 'utf8'), `${name}.wat`);
}
