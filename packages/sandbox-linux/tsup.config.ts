import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { index: 'src/index.ts', launcher: 'src/launcher/main.ts', cli: 'src/cli/main.ts' },
  format: ['esm'],
  target: 'node20',
  platform: 'node',
  sourcemap: true,
  clean: true,
  splitting: true,
});
