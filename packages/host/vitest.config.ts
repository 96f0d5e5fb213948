import { defineConfig } from 'vitest/config';
import manifest from './package.json' with { type: 'json' };

export default defineConfig({
  define: { PVF_HOST_VERSION: JSON.stringify(manifest.version) },
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['../test-kit/setup/surroundings.ts'],
    exclude: ['test/shared/**'],
    testTimeout: 60_000,
  },
});
