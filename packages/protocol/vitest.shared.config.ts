import { defineConfig } from 'vitest/config';

// The suites that need the vectors outside the repository (folder: PVF_SHARED, else `shared` beside the checkout).
export default defineConfig({ test: { include: ['test/shared/**/*.shared.test.ts'], testTimeout: 60_000 } });
