import { defineConfig } from 'tsup';
import manifest from './package.json' with { type: 'json' };

export default defineConfig({
  entry: { index: 'src/index.ts', thread: 'src/threads/thread.ts' },
  format: ['esm'],
  target: 'node22',
  platform: 'node',
  // node:sea has no other name
  removeNodeProtocol: false,
  define: { PVF_HOST_VERSION: JSON.stringify(manifest.version) },
  sourcemap: true,
  clean: true,
  splitting: true,
});
