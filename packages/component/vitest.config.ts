import { defineConfig } from 'vitest/config';
import { SUITE } from '../test-kit/setup/suite.ts';

// What needs the toolchain (jco, Binaryen), which `npm test` does not install, is in test/toolchain.
export default defineConfig({
  test: {
    ...SUITE,
    include: ['test/**/*.test.ts'],
    exclude: ['test/toolchain/**'],
    testTimeout: 60_000,
  },
});
