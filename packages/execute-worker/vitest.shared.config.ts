import { defineConfig } from 'vitest/config';

// The tests that need the candidates and vectors of the reference (PVF_SHARED) and the real runtimes (PVF_REAL_PVFS).
export default defineConfig({
  test: { include: ['test/shared/**/*.shared.test.ts'], testTimeout: 600_000, hookTimeout: 600_000 },
});
