import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/index.ts', 'src/main.ts'],
  format: ['esm'],
  target: 'node22',
  platform: 'node',
  // node:sea has no other name
  removeNodeProtocol: false,
  sourcemap: true,
  clean: true,
  splitting: true,
});
