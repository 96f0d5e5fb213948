import { fileURLToPath } from 'node:url';
import { defineConfig } from 'tsup';

export default defineConfig([
  {
    entry: ['src/index.ts', 'src/main.ts'],
    format: ['esm'],
    target: 'node22',
    platform: 'node',
    // node:sea has no other name
    removeNodeProtocol: false,
    sourcemap: true,
    clean: ['**/*', '!inspector.js'],
    splitting: true,
  },
  {
    // One file: its sandbox gives it no other.
    entry: { inspector: 'src/inspector/main.ts' },
    format: ['esm'],
    target: 'node22',
    platform: 'node',
    removeNodeProtocol: false,
    noExternal: [/.*/],
    splitting: false,
    esbuildOptions(options) {
      // The part of it that describes: the rest would bring native code along, which nothing here runs.
      options.alias = {
        '@pvf/component': fileURLToPath(import.meta.resolve('../component/src/describe.ts')),
      };
    },
  },
]);
