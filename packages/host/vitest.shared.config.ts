import { defineConfig } from 'vitest/config';
import manifest from './package.json' with { type: 'json' };

// What needs the shared material or takes minutes; see @pvf/test-kit's `sharedDir` for where the material is.
export default defineConfig({
  define: { PVF_HOST_VERSION: JSON.stringify(manifest.version) },
  test: { include: ['test/shared/**/*.shared.test.ts'], testTimeout: 600_000 },
});
