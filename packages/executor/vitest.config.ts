import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['../test-kit/setup/surroundings.ts'],
    exclude: ['test/shared/**'],
    testTimeout: 60_000,
  },
});
