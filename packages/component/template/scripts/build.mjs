// TypeScript → JavaScript → component (componentize-js) → validation function (@pvf/component).
// Builds of the JavaScript engine are not reproducible: publish dist/validation-function.wasm itself, not a recipe for it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { componentize } from '@bytecodealliance/componentize-js';
import { flatten } from '@pvf/component';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
mkdirSync(dist, { recursive: true });

const source = readFileSync(join(root, 'src/validation-function.ts'), 'utf8');
const script = join(dist, 'validation-function.js');
writeFileSync(script, stripTypeScriptTypes(source));

const { component } = await componentize({
  sourcePath: script,
  witPath: join(root, 'wit'),
  worldName: 'parachain',
  // A validation function has none of them; switched off, they are not even imported.
  disableFeatures: ['stdio', 'random', 'clocks', 'http', 'fetch-event'],
});
writeFileSync(join(dist, 'validation-function.component.wasm'), component);

const { module, compressed, trapped, warnings } = await flatten(component);
writeFileSync(join(dist, 'validation-function.wasm'), module);
writeFileSync(join(dist, 'validation-function.compressed.wasm'), compressed);
for (const name of trapped) console.log(`traps when called: ${name}`);
for (const warning of warnings) console.log(`warning: ${warning}`);
console.log(`dist/validation-function.wasm: ${module.length} bytes, ${compressed.length} compressed`);
