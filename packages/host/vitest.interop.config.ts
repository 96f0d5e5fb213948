import { defineConfig } from 'vitest/config';
import manifest from './package.json' with { type: 'json' };

// Our host with workers of others: PVF_TEST_PREPARE_WORKER and PVF_TEST_EXECUTE_WORKER are the paths of their programs,
// PVF_TEST_WORKER_VERSION is what they report. `verify/reference` builds the reference's.
for (const name of ['PVF_TEST_PREPARE_WORKER', 'PVF_TEST_EXECUTE_WORKER']) {
  if (process.env[name] === undefined) throw new Error(`${name} is not set to the path of a worker program`);
}

export default defineConfig({
  define: { PVF_HOST_VERSION: JSON.stringify(manifest.version) },
  test: {
    include: ['test/integration/*.test.ts', 'test/shared/candidates.shared.test.ts'],
    // What a worker does when its host is killed, what it tells beside its answers or shares, and whether it asks for
    // artifacts, is its own affair.
    exclude: ['host-ends', 'guest-words', 'given-once', 'shared-memory'].map(
      (name) => `test/integration/${name}.test.ts`,
    ),
    // And so is how many threads it has.
    testNamePattern: /^(?!.*runs on one thread)/,
    testTimeout: 600_000,
  },
});
