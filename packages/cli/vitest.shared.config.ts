import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { include: ['test/shared/**/*.shared.test.ts'], testTimeout: 600_000 } });
