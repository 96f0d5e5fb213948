// Compiles assembly/ to dist/adapter.wasm: MVP WebAssembly that imports its memory.
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
    ...['--baseDir', root, '--outFile', 'adapter.wasm', '--runtime', 'stub', '--noAssert', '--converge'],
    ...['--optimizeLevel', '3', '--shrinkLevel', '0', '--importMemory', '--noExportMemory'],
    ...later.flatMap((feature) => ['--disable', feature]),
  ],
  { writeFile: (name, contents) => outputs.set(name, contents) },
);
if (error) {
  console.error(`cannot compile the adapter: ${error.message}\n${stderr.toString()}`);
  process.exit(1);
}
await mkdir(join(root, 'dist'), { recursive: true });
await writeFile(join(root, 'dist', 'adapter.wasm'), outputs.get('adapter.wasm'));
