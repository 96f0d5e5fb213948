import { defineConfig } from 'vitest/config';
import { SUITE } from '../test-kit/setup/suite.ts';

export default defineConfig({
  test: {
    ...SUITE,
    include: ['test/**/*.test.ts'],
    testTimeout: 150_000,
  },
});
