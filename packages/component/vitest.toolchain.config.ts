import { defineConfig } from 'vitest/config';

// What needs jco and Binaryen (`npm run component-check` installs them). One file at a time: each flattening takes seconds
// and hundreds of megabytes.
export default defineConfig({
  test: {
    include: ['test/toolchain/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 1_800_000,
    fileParallelism: false,
  },
});
