// Compiles assembly/index.ts to dist/adder.wasm. The relay chain runs MVP WebAssembly with mutable globals: whatever came
// later is off, and no AssemblyScript runtime is linked in (the program allocates nothing).
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const later = ['sign-extension', 'nontrapping-f2i', 'bulk-memory'];
const outputs = new Map();
const { error, stderr } = await asc.main(
  [
    'assembly/index.ts',
    ...['--baseDir', root, '--outFile', 'adder.wasm', '--runtime', 'stub', '--noAssert', '--converge'],
    ...['--optimizeLevel', '3', '--shrinkLevel', '0'],
    ...later.flatMap((feature) => ['--disable', feature]),
  ],
  { writeFile: (name, contents) => outputs.set(name, contents) },
);
if (error) {
  console.error(`cannot compile the example PVF: ${error.message}\n${stderr.toString()}`);
  process.exit(1);
}
await mkdir(join(root, 'dist'), { recursive: true });
await writeFile(join(root, 'dist', 'adder.wasm'), outputs.get('adder.wasm'));
