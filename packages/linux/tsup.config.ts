import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { index: 'src/index.ts', constants: 'src/sys/constants.ts' },
  format: ['esm'],
  target: 'node20',
  platform: 'node',
  sourcemap: true,
  clean: true,
  splitting: true,
});
