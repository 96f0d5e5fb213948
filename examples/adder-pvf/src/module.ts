import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Path of the compiled module. It exists after `pnpm build`. */
export const ADDER_PVF_PATH: string = fileURLToPath(new URL('./adder.wasm', import.meta.url));

/** The compiled module: about 2 kB of MVP WebAssembly, not compressed. */
export function readAdderPvf(): Uint8Array {
  return new Uint8Array(readFileSync(ADDER_PVF_PATH));
}
