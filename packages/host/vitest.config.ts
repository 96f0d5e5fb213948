import { defineConfig } from 'vitest/config';
import { SUITE } from '../test-kit/setup/suite.ts';
import manifest from './package.json' with { type: 'json' };

export default defineConfig({
  define: { PVF_HOST_VERSION: JSON.stringify(manifest.version) },
  test: {
    ...SUITE,
    include: ['test/**/*.test.ts'],
    exclude: ['test/shared/**'],
    testTimeout: 150_000,
  },
});
