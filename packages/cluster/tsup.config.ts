import { defineConfig } from 'tsup';
import manifest from './package.json' with { type: 'json' };

export default defineConfig({
  entry: { index: 'src/index.ts' },
  format: ['esm'],
  target: 'node22',
  platform: 'node',
  removeNodeProtocol: false,
  define: { PVF_CLUSTER_VERSION: JSON.stringify(manifest.version) },
  sourcemap: true,
  clean: true,
});
