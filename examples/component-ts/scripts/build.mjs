// TypeScript → JavaScript → component (componentize-js) → validation function (@pvf/component).
// Builds of the JavaScript engine are not reproducible and not committed.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { componentize } from '@bytecodealliance/componentize-js';
import { flatten } from '../../../packages/component/dist/index.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Any script as a component of world pvf:parachain. */
export async function componentOf(sourcePath) {
  const { component } = await componentize({
    sourcePath,
    witPath: join(root, '../../packages/component/wit'),
    worldName: 'parachain',
    disableFeatures: ['stdio', 'random', 'clocks', 'http', 'fetch-event'],
  });
  return component;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const dist = join(root, 'dist');
  mkdirSync(dist, { recursive: true });
  const script = join(dist, 'validation-function.js');
  writeFileSync(script, stripTypeScriptTypes(readFileSync(join(root, 'src/validation-function.ts'), 'utf8')));
  const component = await componentOf(script);
  const { module, compressed, warnings } = await flatten(component);
  writeFileSync(join(dist, 'validation-function.component.wasm'), component);
  writeFileSync(join(dist, 'validation-function.wasm'), module);
  writeFileSync(join(dist, 'validation-function.compressed.wasm'), compressed);
  console.log(`${module.length} bytes, ${compressed.length} compressed\n${warnings.join('\n')}`);
}
