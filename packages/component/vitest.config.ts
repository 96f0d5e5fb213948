import { defineConfig } from 'vitest/config';

// What needs the toolchain (jco, Binaryen), which `npm test` does not install, is in test/toolchain.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['../test-kit/setup/surroundings.ts'],
    exclude: ['test/toolchain/**'],
    testTimeout: 60_000,
  },
});
