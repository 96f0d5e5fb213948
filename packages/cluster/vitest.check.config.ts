import { defineConfig } from 'vitest/config';
import { SUITE } from '../test-kit/setup/suite.ts';
import manifest from './package.json' with { type: 'json' };

/** With real servers, one file after another: `npm run cluster-check`. */
export default defineConfig({
  define: { PVF_CLUSTER_VERSION: JSON.stringify(manifest.version) },
  test: {
    ...SUITE,
    include: ['check/**/*.check.ts'],
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
