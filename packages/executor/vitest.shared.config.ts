import { defineConfig } from 'vitest/config';

// The tests against golden vectors; where those are, see test/shared/vectors.ts.
export default defineConfig({
  test: { include: ['test/shared/**/*.shared.test.ts'], testTimeout: 600_000 },
});
