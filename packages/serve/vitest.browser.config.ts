import { defineConfig } from 'vitest/config';

// What needs Chromium (`npm run dashboard-check` looks for it). One file at a time: each has a browser of its own.
export default defineConfig({
  test: {
    setupFiles: ['../test-kit/setup/surroundings.ts'],
    include: ['test/browser/**/*.test.ts'],
    testTimeout: 90_000,
    hookTimeout: 90_000,
    fileParallelism: false,
  },
});
