import { defineConfig } from 'tsup';
import manifest from './package.json' with { type: 'json' };

export default defineConfig({
  entry: { index: 'src/index.ts', 'client/index': 'src/client/index.ts' },
  format: ['esm'],
  target: 'node22',
  platform: 'node',
  // node:sea has no other name
  removeNodeProtocol: false,
  define: { PVF_SERVE_VERSION: JSON.stringify(manifest.version) },
  sourcemap: true,
  // The dashboard is built into a folder beside these.
  clean: ['*.js', '*.js.map', 'client'],
  splitting: true,
});
