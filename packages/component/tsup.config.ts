import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { index: 'src/index.ts', sandboxed: 'src/sandboxed/main.ts' },
  format: ['esm'],
  target: 'node22',
  platform: 'node',
  sourcemap: true,
  clean: true,
  splitting: true,
});
